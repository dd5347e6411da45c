"""dattri's attributors on the exported adapter. Every `cache` call is left out of the query times."""

import contextlib
import inspect
import tempfile
import types

import torch
from torch.utils.data import DataLoader

from exported import timed
from exported_decoder import losses

TRAK_WIDTH = 512
RELATIVE = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)


def batched(data):
    tokens, targets, mask = data
    if tokens.dim() == 1:
        return tokens.unsqueeze(0), targets.unsqueeze(0), mask.unsqueeze(0)
    # LiSSA hands integers over as floats
    return tokens, targets.long(), mask


class Named(torch.utils.data.Dataset):
    """Samples as dictionaries, and a model whose output carries the loss: the only form in which LoGra takes sequences."""

    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data[0])

    def __getitem__(self, at):
        tokens, targets, mask = (tensor[at] for tensor in self.data)
        return {"tokens": tokens, "targets": targets, "mask": mask}


class WithLoss(torch.nn.Module):
    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder

    def forward(self, tokens, targets, mask):
        return types.SimpleNamespace(loss=losses(self.decoder(tokens), targets, mask).mean())


def loss_of(model):
    """Mean loss of a batch, or the loss of one sample."""

    def loss(params, data):
        tokens, targets, mask = batched(data)
        return losses(torch.func.functional_call(model, params, (tokens,)), targets, mask).mean()

    return loss


@contextlib.contextmanager
def repaired(fisher):
    """dattri 0.3.0's EK-FAC fails on sequences, and takes eigenvectors for rows where torch returns columns."""
    names = ("_update_covariance", "_update_lambda", "estimate_eigenvector")
    kept = {name: getattr(fisher, name) for name in names}
    for name in names[:2]:
        source = inspect.getsource(kept[name])
        whole = source.replace("if a_prev_raw.ndim == 2:", "a_prev = a_prev_raw\n        if a_prev_raw.ndim == 2:")
        exec(compile(f"from __future__ import annotations\n{whole}", name, "exec"), vars(fisher))
    fisher.estimate_eigenvector = lambda found: {
        k: (a.T, s.T) for k, (a, s) in kept["estimate_eigenvector"](found).items()
    }
    try:
        yield
    finally:
        for name, function in kept.items():
            setattr(fisher, name, function)


def run(exported, runs):
    from dattri.algorithm.influence_function import (
        IFAttributorArnoldi,
        IFAttributorCG,
        IFAttributorDataInf,
        IFAttributorEKFAC,
        IFAttributorExplicit,
        IFAttributorLiSSA,
    )
    from dattri.algorithm.logra import LoGraAttributor
    from dattri.algorithm.tracin import TracInAttributor
    from dattri.algorithm.trak import TRAKAttributor
    from dattri.func import fisher
    from dattri.task import AttributionTask

    rows = DataLoader(exported.rows_set(), batch_size=exported.rows)
    pieces = DataLoader(exported.rows_set(), batch_size=64)

    def queries(part):
        return DataLoader(exported.queries_set(part), batch_size=exported.queries)

    def task_of(kind="main"):
        # a model of its own: EK-FAC leaves its hooks behind when it fails
        model = exported.model()
        states = [exported.state(adapter) for adapter in exported.adapters[kind]]
        return AttributionTask(loss_func=loss_of(model), model=model, checkpoints=states)

    def gradient_square():
        """Mean over rows of |gradient|^2."""
        model = exported.model()
        held = {k: p.detach() for k, p in model.named_parameters() if p.requires_grad}
        one = torch.func.vmap(torch.func.grad(loss_of(model)), in_dims=(None, 0))
        gradients = one(held, exported.row_data)
        return float(sum((g**2).flatten(1).sum(1) for g in gradients.values()).mean())

    plain = exported.model()
    square = gradient_square()
    size = exported.meta["adapterSize"]

    def inner_product(attributor, part):
        attributor.cache(rows)
        scores, seconds = timed(lambda: attributor.attribute(rows, queries(part)))
        return scores.T.detach().numpy(), seconds

    def tracin(normalised, kind):
        def score(_, part):
            rates = torch.ones(len(exported.adapters[kind]))
            attributor = TracInAttributor(task_of(kind), rates, normalised, projector_kwargs=None)
            attributor.projector_kwargs = None
            scores, seconds = timed(lambda: attributor.attribute(pieces, queries(part)))
            return scores.T.numpy(), seconds

        return score

    runs.method("dattri-grad-dot", {"": None}, tracin(False, "main"))
    runs.method("dattri-grad-cos", {"": None}, tracin(True, "main"))
    runs.method("dattri-tracin", {"": None}, tracin(False, "trajectory"))

    def trak(kind):
        def score(relative, part):
            # gradients are divided by the root of the number of parameters, the projection keeps their norms
            mean = exported.rows * square / size / TRAK_WIDTH
            attributor = TRAKAttributor(
                task_of(kind),
                correct_probability_func=lambda params, data: torch.exp(-loss_of(plain)(params, data)),
                projector_kwargs={"proj_dim": TRAK_WIDTH, "proj_max_batch_size": 32, "device": "cpu"},
                regularization=relative * mean,
            )
            attributor.cache(rows)
            scores, seconds = timed(lambda: attributor.attribute(queries(part)))
            return scores.T.detach().numpy(), seconds

        return score

    relative = {f"{r:g} x mean eigenvalue": r for r in RELATIVE}
    runs.method("dattri-trak-1", relative, trak("main"))
    runs.method("dattri-trak-10", relative, trak("ensemble"))

    folder = tempfile.mkdtemp(prefix="dattri-")
    named = DataLoader(Named(exported.row_data), batch_size=64)

    def asked(part):
        return DataLoader(Named([tensor[part] for tensor in exported.query_data]), batch_size=exported.queries)

    def logra(setting, part):
        width, damping = setting

        holder = WithLoss(exported.model())
        attribution = AttributionTask(
            loss_func=lambda net, batch, device: net(**batch).loss, model=holder, checkpoints=[holder.state_dict()]
        )
        attributor = LoGraAttributor(
            attribution,
            layer_names=[f"decoder.{layer}" for layer in exported.layers],
            damping=damping,
            proj_dim=width**2,
            offload="none",
            cache_dir=folder,
        )
        attributor.cache(named)
        scores, seconds = timed(lambda: attributor.attribute(named, asked(part)))
        return scores.T.detach().numpy(), seconds

    dampings = (None, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
    logra_settings = {f"{w} axes a side, damping {d}": (w, d) for w in (4, 8, 16) for d in dampings}
    runs.method("dattri-logra", logra_settings, logra)

    def ekfac(damping, part):
        attributor = IFAttributorEKFAC(task_of(), module_name=exported.layers, damping=damping)
        attributor.cache(rows)
        scores, seconds = timed(lambda: attributor.attribute(rows, queries(part)))
        return scores.T.detach().numpy(), seconds

    ekfac_dampings = {f"damping {d:g}": d for d in (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)}
    runs.method("dattri-if-ek-fac", ekfac_dampings, ekfac)
    with repaired(fisher):
        runs.method("dattri-if-ek-fac-repaired", ekfac_dampings, ekfac)

    def datainf(factor, part):
        return inner_product(IFAttributorDataInf(task_of(), regularization=factor * square / size), part)

    runs.method("dattri-if-datainf", {f"{r:g} x mean g^2": r for r in RELATIVE}, datainf)

    def conjugate(setting, part):
        steps, factor = setting
        return inner_product(IFAttributorCG(task_of(), max_iter=steps, regularization=factor), part)

    steps = {f"{s} steps, ridge {r:g}": (s, r) for s in (10,) for r in (1e-2, 1e-1)}
    runs.method("dattri-if-cg", steps, conjugate)

    def arnoldi(setting, part):
        return inner_product(IFAttributorArnoldi(task_of(), proj_dim=50, max_iter=60, regularization=setting), part)

    runs.method("dattri-if-arnoldi", {f"ridge {r:g}": r for r in (0.0, 1e-2)}, arnoldi)

    def lissa(setting, part):
        depth, damping = setting
        attributor = IFAttributorLiSSA(
            task_of(), batch_size=32, recursion_depth=depth, damping=damping, scaling=10.0
        )
        return inner_product(attributor, part)

    runs.method("dattri-if-lissa", {f"depth {d}, damping {x:g}": (d, x) for d in (50,) for x in (1e-2, 1e-1)}, lissa)

    def explicit(ridge, part):
        return inner_product(IFAttributorExplicit(task_of(), regularization=ridge), part)

    if size <= 2000:
        runs.method("dattri-if-explicit", {f"ridge {r:g}": r for r in (1e-3, 1e-2, 1e-1)}, explicit)
    elif not runs.known("dattri-if-explicit"):
        need = size * exported.rows * exported.meta["rowLength"] * exported.meta["vocab"] * 4 / 2**30
        runs.fail("dattri-if-explicit", f"not run: jacfwd over {size} parameters needs {need:.0f} GiB for its tangents")
