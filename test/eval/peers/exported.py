"""What `npm run eval -- lds-head --export DIR` wrote, as torch tensors, and the choice of settings on tuning queries."""

import json
import os
import time

import numpy
import torch


class Folder:
    """An exported problem's shapes, its retrained outputs of random half subsets, and the LDS against them."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "meta.json"), encoding="utf8") as file:
            self.meta = json.load(file)
        self.rows, self.queries = self.meta["rows"], self.meta["queries"]
        self.tuning = slice(self.queries - self.meta["tuning"], self.queries)
        half = self.meta["families"]["half"]
        self.masks = self.raw("half-masks.u8", numpy.uint8, (half, self.rows)).astype(numpy.float64)
        self.outputs = self.raw("half-outputs.f64", numpy.float64, (half, self.queries))

    def raw(self, name, kind, shape):
        return numpy.fromfile(os.path.join(self.folder, name), dtype=kind).reshape(shape)

    def floats(self, name, shape):
        return torch.tensor(self.raw(name, numpy.float64, shape), dtype=torch.float32)

    def lds(self, scores, part):
        """Mean Spearman correlation over the queries of a part; scores are queries x rows."""
        predicted = scores.astype(numpy.float64) @ self.masks.T
        return float(numpy.mean([spearman(p, o) for p, o in zip(predicted, self.outputs.T[part])]))


class Head(torch.nn.Module):
    """Some of the libraries probe a model with one sample that has no batch dimension: it gets one."""

    def __init__(self, dims, classes):
        super().__init__()
        self.head = torch.nn.Linear(dims, classes, bias=False)

    def forward(self, x):
        return self.head(x if x.dim() > 1 else x.unsqueeze(0))


class Exported(Folder):
    """The trained head, its rows and queries, and the retrained outputs of random half subsets."""

    def __init__(self, folder):
        super().__init__(folder)
        rows, queries = self.rows, self.queries
        self.dims, self.classes = dims, classes = self.meta["dims"], self.meta["classes"]
        self.ridge = float(self.meta["lambda"])
        self.x = self.floats("features.f64", (rows, dims))
        self.y = self.ints("labels.i32", rows)
        self.weights = self.floats("weights.f64", (classes, dims))
        self.query_x = self.floats("queries.f64", (queries, dims))
        self.query_y = self.ints("query-labels.i32", queries)
        self.trak_models = self.floats("trak-models.f64", (-1, classes, dims))
        self.checkpoints = self.floats("tracin-checkpoints.f64", (-1, classes, dims))

    def ints(self, name, count):
        return torch.tensor(self.raw(name, numpy.int32, (count,)), dtype=torch.int64)

    def model(self):
        """The head as the libraries want it: a module with one linear layer, without bias."""
        model = Head(self.dims, self.classes)
        with torch.no_grad():
            model.head.weight.copy_(self.weights)
        return model.eval()

    def train_data(self):
        return torch.utils.data.TensorDataset(self.x, self.y)

    def query_data(self, part=slice(None)):
        return torch.utils.data.TensorDataset(self.query_x[part], self.query_y[part])


def spearman(a, b):
    def ranks(values):
        return numpy.argsort(numpy.argsort(values, kind="stable"), kind="stable").astype(numpy.float64)

    return numpy.corrcoef(ranks(a), ranks(b))[0, 1] if numpy.ptp(a) > 0 else 0.0


class Runs:
    """Runs methods, takes each one's best setting on the tuning queries and stores its scores of all queries."""

    def __init__(self, exported):
        self.exported = exported
        self.path = os.path.join(exported.folder, "peers.json")
        self.done = self.stored()

    def stored(self):
        """What this problem's earlier runs, or another that goes on beside this one, have written."""
        empty = {"key": self.exported.meta["key"], "runs": [], "failed": {}}
        if not os.path.exists(self.path):
            return empty
        with open(self.path, encoding="utf8") as file:
            stored = json.load(file)
        return stored if stored["key"] == empty["key"] else empty

    def known(self, method):
        return any(run["method"] == method for run in self.done["runs"])

    def fail(self, method, reason):
        print(f"{method}: {reason}", flush=True)
        self.done = self.stored()
        self.done["failed"][method] = reason
        self.save()

    def method(self, name, settings, score):
        """`score(setting, part)` gives queries x rows and the seconds that answering the queries took."""
        if self.known(name):
            return
        exported = self.exported
        try:
            tried = {}
            for label, setting in settings.items():
                scores, _ = score(setting, exported.tuning)
                tried[label] = exported.lds(scores, exported.tuning)
                print(f"{name}, {label}: tuning LDS {tried[label]:.4f}", flush=True)
            best = max(tried, key=lambda label: -2 if numpy.isnan(tried[label]) else tried[label])
            scores, seconds = score(settings[best], slice(None))
        except Exception as error:  # a library that cannot run is a result, not an end
            self.fail(name, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
            return
        file = f"{name}.f32"
        scores.astype("<f4").tofile(os.path.join(exported.folder, file))
        milliseconds = 1000 * seconds / exported.queries
        run = {"method": name, "setting": best, "file": file, "queryMs": milliseconds, "tried": tried}
        self.done = self.stored()
        self.done["runs"].append(run)
        self.done["failed"].pop(name, None)
        self.save()
        print(f"{name}, {best}: LDS {exported.lds(scores, slice(None)):.4f}, {milliseconds:.2f} ms a query", flush=True)

    def save(self):
        with open(self.path, "w", encoding="utf8") as file:
            json.dump(self.done, file, indent=1)


def timed(work):
    start = time.perf_counter()
    value = work()
    return value, time.perf_counter() - start
