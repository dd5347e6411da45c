"""Writes the encoders of this folder: real architectures exported by PyTorch, with tiny random weights.

Needs torch, onnx and onnxscript. Run: python export.py [FOLDER]
"""

import json
import math
import sys
from pathlib import Path

import onnx
import torch
from torch import nn

VOCABULARY, POSITIONS = 1024, 64


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.output = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, bias):
        def split(y):
            return y.view(y.size(0), y.size(1), self.heads, -1).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.size(-1)) + bias
        mixed = (scores.softmax(-1) @ value).transpose(1, 2)
        return self.output(mixed.reshape(x.size(0), x.size(1), -1))


class Block(nn.Module):
    """Post-norm, GELU by erf: the layer of BERT."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.attention = Attention(width, heads)
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x, bias):
        x = self.norm1(x + self.attention(x, bias))
        return self.norm2(x + self.narrow(nn.functional.gelu(self.wide(x))))


class Bert(nn.Module):
    """Token and position embeddings, two blocks, and the mean over the tokens of the mask."""

    def __init__(self, width=32, heads=4, layers=2):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, width)
        self.positions = nn.Embedding(POSITIONS, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))

    def forward(self, input_ids, attention_mask):
        place = torch.arange(input_ids.size(1), device=input_ids.device)
        x = self.norm(self.tokens(input_ids) + self.positions(place))
        mask = attention_mask.to(x.dtype)
        bias = (1.0 - mask[:, None, None, :]) * -10000.0
        for block in self.blocks:
            x = block(x, bias)
        pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1e-9)
        return x, pooled


class Library(nn.Module):
    """torch.nn.TransformerEncoder with its own attention and mask."""

    def __init__(self, width=16, heads=2):
        super().__init__()
        self.tokens = nn.Embedding(64, width)
        layer = nn.TransformerEncoderLayer(width, heads, 32, dropout=0.1, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, input_ids, attention_mask):
        x = self.encoder(self.tokens(input_ids), src_key_padding_mask=attention_mask == 0)
        mask = attention_mask.to(x.dtype)[:, :, None]
        return x, (x * mask).sum(1) / mask.sum(1)


class RootMeanSquare(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.gain_norm_weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.gain_norm_weight


class Rotary(nn.Module):
    """A decoder block of the LLaMA kind: rotary positions, shared keys and values, causal attention, gated SiLU."""

    def __init__(self, width=16, heads=4, groups=2):
        super().__init__()
        self.heads, self.groups = heads, groups
        narrow = width // heads * groups
        self.tokens = nn.Embedding(64, width)
        self.before, self.between, self.after = (RootMeanSquare(width) for _ in range(3))
        self.query, self.key = nn.Linear(width, width, bias=False), nn.Linear(width, narrow, bias=False)
        self.value, self.output = nn.Linear(width, narrow, bias=False), nn.Linear(width, width, bias=False)
        self.gate, self.up = nn.Linear(width, 32, bias=False), nn.Linear(width, 32, bias=False)
        self.down = nn.Linear(32, width, bias=False)

    def turn(self, x):
        length, width = x.size(2), x.size(3)
        speed = 1.0 / 10000 ** (torch.arange(0, width, 2) / width)
        angle = torch.arange(length)[:, None] * speed
        angle = torch.cat([angle, angle], -1).to(x.dtype)
        half = torch.cat([-x[..., width // 2 :], x[..., : width // 2]], -1)
        return x * angle.cos() + half * angle.sin()

    def forward(self, input_ids, attention_mask):
        x = self.tokens(input_ids)
        batch, length, width = x.shape
        y = self.before(x)

        def split(z, count):
            return z.view(batch, length, count, -1).transpose(1, 2)

        query, key = self.turn(split(self.query(y), self.heads)), self.turn(split(self.key(y), self.groups))
        key = key.repeat_interleave(self.heads // self.groups, 1)
        value = split(self.value(y), self.groups).repeat_interleave(self.heads // self.groups, 1)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        y = self.between(x)
        x = self.after(x + self.down(nn.functional.silu(self.gate(y)) * self.up(y)))
        mask = attention_mask.to(x.dtype)[:, :, None]
        return x, (x * mask).sum(1) / mask.sum(1)


def example(vocabulary: int):
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(0, vocabulary, (3, 7), generator=generator)
    mask = torch.tensor([[1] * 7, [1] * 5 + [0] * 2, [1] * 3 + [0] * 4])
    return ids, mask


def export(model, path: Path, dynamo: bool, opset: int, vocabulary: int):
    ids, mask = example(vocabulary)
    names = {"input_names": ["input_ids", "attention_mask"], "output_names": ["last_hidden_state", "sentence_embedding"]}
    if dynamo:
        batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence", max=POSITIONS)
        shapes = {"input_ids": {0: batch, 1: sequence}, "attention_mask": {0: batch, 1: sequence}}
        torch.onnx.export(model, (ids, mask), path, dynamo=True, opset_version=opset, dynamic_shapes=shapes,
                          external_data=False, **names)
        proto = onnx.load(path)
        proto.doc_string = ""
        del proto.metadata_props[:]
        for part in [*proto.graph.node, *proto.graph.input, *proto.graph.output, *proto.graph.initializer]:
            part.doc_string = ""
            del part.metadata_props[:]
        del proto.graph.value_info[:], proto.graph.metadata_props[:]
        onnx.save(proto, path)
    else:
        axes = {name: {0: "batch", 1: "sequence"} for name in names["input_names"]}
        torch.onnx.export(model, (ids, mask), path, dynamo=False, opset_version=opset, dynamic_axes=axes, **names)


def main(folder: Path):
    expected = {}
    for name, make, dynamo, opset, vocabulary in [
        ("bert.onnx", Bert, True, 18, VOCABULARY),
        ("transformer.onnx", Library, True, 20, 64),
        ("transformer-torchscript.onnx", Library, False, 17, 64),
        ("rotary.onnx", Rotary, True, 18, 64),
    ]:
        torch.manual_seed(0)
        model = make().eval()
        for parameter_name, parameter in model.named_parameters():
            scale = "norm" in parameter_name and parameter_name.endswith("weight")
            nn.init.normal_(parameter, mean=1.0 if scale else 0.0, std=0.2)
        export(model, folder / name, dynamo, opset, vocabulary)
        ids, mask = example(vocabulary)
        hidden, pooled = model.double()(ids, mask)
        pooled.pow(3).sum().backward()
        gradients = {name: p.grad.square().sum().item() for name, p in model.named_parameters()}
        expected[name] = {
            "input_ids": ids.tolist(),
            "attention_mask": mask.tolist(),
            "sentence_embedding": pooled.tolist(),
            "last_hidden_state_sum": (hidden * mask[:, :, None]).sum().item(),
            "gradient_squares": gradients,
        }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent))
