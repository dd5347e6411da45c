"""Exports the sentence encoder of the tests: BERT's architecture, small, trained here as a masked language model on
testnet/data/workshop-train.csv. Run it from this folder with torch, onnx and onnxscript; writes encoder.onnx,
tokenizer.json, and expected.json: token ids and mean vectors of some texts as PyTorch has them."""

import csv
import json
import math
import re
from collections import Counter

import onnx
import torch
from torch import nn

torch.manual_seed(7)
WIDTH, LAYERS, HEADS, POSITIONS, WORDS = 32, 2, 4, 48, 420

texts = [row["text"] for row in csv.DictReader(open("../../../testnet/data/workshop-train.csv", encoding="utf-8"))]
words = Counter(w for text in texts for w in re.findall(r"[a-z]+|[0-9]+|[^\w\s]", text.lower()))
letters = sorted({c for text in texts for c in text.lower() if not c.isspace()} | set("abcdefghijklmnopqrstuvwxyz0123456789"))
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
frequent = [w for w, _ in sorted(words.items(), key=lambda e: (-e[1], e[0])) if len(w) > 1][:WORDS]
pieces = special + letters + ["##" + c for c in letters if c.isalnum()] + frequent
vocab = {piece: i for i, piece in enumerate(pieces)}


def frame(content):
    return {"SpecialToken": {"id": content, "type_id": 0}}


tokenizer = {
    "version": "1.0",
    "truncation": {"direction": "Right", "max_length": POSITIONS, "strategy": "LongestFirst", "stride": 0},
    "padding": None,
    "added_tokens": [
        {"id": vocab[t], "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        for t in special
    ],
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
        "type": "TemplateProcessing",
        "single": [frame("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, frame("[SEP]")],
        "pair": [frame("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, frame("[SEP]"), {"Sequence": {"id": "B", "type_id": 1}}, frame("[SEP]")],
        "special_tokens": {t: {"id": t, "ids": [vocab[t]], "tokens": [t]} for t in ["[CLS]", "[SEP]"]},
    },
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab},
}
json.dump(tokenizer, open("tokenizer.json", "w", encoding="utf-8"), ensure_ascii=False, separators=(",", ":"))


def pieces_of(word):
    found, at = [], 0
    while at < len(word):
        for end in range(len(word), at, -1):
            piece = ("##" if at else "") + word[at:end]
            if piece in vocab:
                found.append(vocab[piece])
                at = end
                break
        else:
            return [vocab["[UNK]"]]
    return found


def encode(text):
    ids = [i for w in re.findall(r"[a-z]+|[0-9]+|[^\w\s]", text.lower()) for i in pieces_of(w)]
    return [vocab["[CLS]"], *ids[: POSITIONS - 2], vocab["[SEP]"]]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x, bias):
        split = lambda y: y.view(y.shape[0], y.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)
        scores = split(self.query(x)) @ split(self.key(x)).transpose(2, 3) / math.sqrt(WIDTH // HEADS) + bias
        mixed = torch.softmax(scores, -1) @ split(self.value(x))
        return self.output(mixed.transpose(1, 2).reshape(x.shape))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, bias):
        x = self.norm1(x + self.attention(x, bias))
        return self.norm2(x + self.down(nn.functional.gelu(self.up(x))))


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(len(vocab), WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, input_ids, attention_mask, token_type_ids):
        places = torch.arange(input_ids.shape[1], device=input_ids.device).unsqueeze(0)
        x = self.norm(self.words(input_ids) + self.positions(places) + self.types(token_type_ids))
        bias = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * torch.finfo(torch.float32).min
        for layer in self.layers:
            x = layer(x, bias)
        return x


def batch_of(all_ids):
    length = max(map(len, all_ids))
    ids = torch.tensor([i + [0] * (length - len(i)) for i in all_ids])
    return ids, (ids != 0).long(), torch.zeros_like(ids)


bert = Bert()
head = nn.Linear(WIDTH, len(vocab))
optimiser = torch.optim.AdamW([*bert.parameters(), *head.parameters()], lr=3e-3, weight_decay=0.01)
corpus = [encode(t) for t in texts]
for step in range(400):
    ids, mask, types = batch_of([corpus[i] for i in torch.randint(len(corpus), (32,)).tolist()])
    hidden = (torch.rand(ids.shape) < 0.2) & (ids >= len(special))
    logits = head(bert(torch.where(hidden, vocab["[MASK]"], ids), mask, types))
    loss = nn.functional.cross_entropy(logits[hidden], ids[hidden])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    if step % 100 == 99:
        print(step + 1, round(loss.item(), 3))

bert.eval()
example = batch_of(corpus[:3])
names = ["input_ids", "attention_mask", "token_type_ids"]
dims = {name: {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=POSITIONS)} for name in names}
torch.onnx.export(bert, example, "encoder.onnx", input_names=names, output_names=["last_hidden_state"], dynamic_shapes=dims, dynamo=True, external_data=False)

asked = ["My front brake squeals", "chain", "Is the tyre of the back wheel flat again, or only soft?", "LAMP 2"]
with torch.no_grad():
    expected = [{"text": t, "ids": encode(t), "mean": bert(*batch_of([encode(t)]))[0].mean(0).tolist()} for t in asked]
json.dump(expected, open("expected.json", "w", encoding="utf-8"), indent=1)

# The exporter records stack traces of the machine that ran it.
model = onnx.load("encoder.onnx")
for holder in [model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer]:
    holder.ClearField("metadata_props")
    holder.ClearField("doc_string")
onnx.save(model, "encoder.onnx")
print(len(vocab), "pieces")
