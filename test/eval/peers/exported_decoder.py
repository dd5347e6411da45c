"""What `npm run eval -- lds-decoder --export DIR` wrote: the decoder with its adapter as a torch module."""

import math

import numpy
import torch

from exported import Folder

LINEAR = ("attention.query", "attention.key", "attention.value", "attention.output", "mlp.up", "mlp.down")
EPSILON = 2.0**-17


class Adapted(torch.nn.Module):
    """x W + b + scale x A B, with A and B as linear layers: what the libraries look for."""

    def __init__(self, inputs, outputs, rank, scale):
        super().__init__()
        self.frozen = torch.nn.Linear(inputs, outputs)
        self.A = torch.nn.Linear(inputs, rank, bias=False)
        self.B = torch.nn.Linear(rank, outputs, bias=False)
        self.scale = scale

    def forward(self, x):
        return self.frozen(x) + self.scale * self.B(self.A(x))


class Block(torch.nn.Module):
    def __init__(self, width, heads, rank, scale):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = (torch.nn.LayerNorm(width, eps=EPSILON) for _ in range(2))
        shapes = [(width, width)] * 4 + [(width, 4 * width), (4 * width, width)]
        self.layers = torch.nn.ModuleDict(
            {name.replace(".", "_"): Adapted(i, o, rank, scale) for name, (i, o) in zip(LINEAR, shapes)}
        )

    def attention(self, x):
        batch, length, width = x.shape

        def split(name):
            return self.layers[f"attention_{name}"](x).reshape(batch, length, self.heads, -1).transpose(1, 2)

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(-1, -2) / math.sqrt(width // self.heads)
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        mixed = torch.softmax(scores.masked_fill(later, -1e30), -1) @ value
        return self.layers["attention_output"](mixed.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        up = torch.nn.functional.gelu(self.layers["mlp_up"](self.norm2(x)), approximate="tanh")
        return x + self.layers["mlp_down"](up)


class Decoder(torch.nn.Module):
    """tokens [batch, length] or [length] to logits."""

    def __init__(self, meta):
        super().__init__()
        width, vocab = meta["width"], meta["vocab"]
        self.tokens = torch.nn.Embedding(vocab, width)
        self.positions = torch.nn.Embedding(meta["context"], width)
        self.blocks = torch.nn.ModuleList(
            Block(width, meta["heads"], meta["rank"], meta["scale"]) for _ in range(meta["layers"])
        )
        self.norm = torch.nn.LayerNorm(width, eps=EPSILON)
        self.head = torch.nn.Linear(width, vocab, bias=False)

    def forward(self, tokens):
        tokens = tokens if tokens.dim() > 1 else tokens.unsqueeze(0)
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def losses(logits, targets, mask):
    """Mean negative log-probability of the targets of every sample."""
    picked = torch.log_softmax(logits, -1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -(picked * mask).sum(-1) / mask.sum(-1).clamp(min=1)


def module_name(name):
    """blocks.0.mlp.up to blocks.0.layers.mlp_up."""
    _, block, *layer = name.split(".")
    return f"blocks.{block}.layers.{'_'.join(layer)}"


class ExportedDecoder(Folder):
    def __init__(self, folder):
        super().__init__(folder)
        self.row_data = self.windows("row", self.rows, self.meta["rowLength"])
        self.query_data = self.windows("query", self.queries, self.meta["queryLength"])
        size = self.meta["adapterSize"]
        self.adapters = {
            "main": self.floats("adapter.f64", (1, size)),
            "trajectory": self.floats("trajectory.f64", (-1, size)),
            "ensemble": self.floats("ensemble.f64", (-1, size)),
        }
        self.layers = [
            f"{module_name(p['name'][len('lora.'):-2])}.{p['name'][-1]}" for p in self.meta["adapter"]
        ]
        self.check()

    def windows(self, name, count, length):
        tokens, targets = (
            torch.tensor(self.raw(f"{name}-{kind}.i64", numpy.int64, (count, length))) for kind in ("tokens", "targets")
        )
        return tokens, targets, self.floats(f"{name}-mask.f64", (count, length))

    def rows_set(self):
        return torch.utils.data.TensorDataset(*self.row_data)

    def queries_set(self, part=slice(None)):
        return torch.utils.data.TensorDataset(*(tensor[part] for tensor in self.query_data))

    def base(self):
        at, state = 0, {}
        values = self.floats("base.f64", (-1,))
        for parameter in self.meta["base"]:
            name, dims = parameter["name"], parameter["dims"]
            value = values[at : at + math.prod(dims)].reshape(dims)
            at += value.numel()
            layer, kind = name.rsplit(".", 1)
            if any(layer.endswith(part) for part in LINEAR):
                layer = f"{module_name(layer)}.frozen"
            if layer == "head" or (layer.endswith("frozen") and kind == "weight"):
                value = value.T
            state[f"{layer}.{ {'table': 'weight', 'gain': 'weight'}.get(kind, kind) }"] = value.contiguous()
        return state

    def state(self, adapter):
        """The whole model's weights under one adapter."""
        at, state = 0, self.base()
        for layer, parameter in zip(self.layers, self.meta["adapter"]):
            rows, columns = parameter["dims"]
            state[f"{layer}.weight"] = adapter[at : at + rows * columns].reshape(rows, columns).T.contiguous()
            at += rows * columns
        return state

    def model(self, adapter=None):
        model = Decoder(self.meta)
        model.load_state_dict(self.state(self.adapters["main"][0] if adapter is None else adapter))
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name.removesuffix(".weight") in self.layers)
        return model.eval()

    def check(self):
        """The torch module must be the same model: its loss of every row is what the harness computed."""
        tokens, targets, mask = self.row_data
        with torch.no_grad():
            own = losses(self.model()(tokens), targets, mask).numpy()
        worst = float(numpy.abs(own - self.raw("row-losses.f64", numpy.float64, (self.rows,))).max())
        if worst > 1e-4:
            raise SystemExit(f"the torch decoder is another model: losses differ by {worst}")
        print(f"losses of all rows agree within {worst:.1e}", flush=True)
