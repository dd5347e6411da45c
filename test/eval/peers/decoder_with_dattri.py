"""dattri's attributors on the exported adapter. Every `cache` call is left out of the query times."""

import tempfile

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


def loss_of(model):
    """Mean loss of a batch, or the loss of one sample."""

    def loss(params, data):
        tokens, targets, mask = batched(data)
        return losses(torch.func.functional_call(model, params, (tokens,)), targets, mask).mean()

    return loss


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

    model = exported.model()
    rows = DataLoader(exported.rows_set(), batch_size=exported.rows)
    pieces = DataLoader(exported.rows_set(), batch_size=64)

    def queries(part):
        return DataLoader(exported.queries_set(part), batch_size=exported.queries)

    def task_of(kind="main"):
        states = [exported.state(adapter) for adapter in exported.adapters[kind]]
        return AttributionTask(loss_func=loss_of(model), model=model, checkpoints=states)

    def gradient_square():
        """Mean over rows of |gradient|^2."""
        held = {k: p.detach() for k, p in model.named_parameters() if p.requires_grad}
        one = torch.func.vmap(torch.func.grad(loss_of(model)), in_dims=(None, 0))
        gradients = one(held, exported.row_data)
        return float(sum((g**2).flatten(1).sum(1) for g in gradients.values()).mean())

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
                correct_probability_func=lambda params, data: torch.exp(-loss_of(model)(params, data)),
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

    def logra(setting, part):
        width, damping = setting

        def loss(net, batch, device):
            tokens, targets, mask = batch
            return losses(net(tokens), targets, mask).mean()

        holder = exported.model()
        attribution = AttributionTask(loss_func=loss, model=holder, checkpoints=[holder.state_dict()])
        attributor = LoGraAttributor(
            attribution, layer_names=exported.layers, damping=damping, proj_dim=width**2, offload="none", cache_dir=folder
        )
        attributor.cache(pieces)
        scores, seconds = timed(lambda: attributor.attribute(pieces, queries(part)))
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
    # dattri 0.3.0 takes eigenvectors for rows where torch returns columns: as shipped, and with that turned round
    eigenvectors = fisher.estimate_eigenvector
    fisher.estimate_eigenvector = lambda found: {k: (a.T, s.T) for k, (a, s) in eigenvectors(found).items()}
    runs.method("dattri-if-ek-fac-transposed", ekfac_dampings, ekfac)
    fisher.estimate_eigenvector = eigenvectors

    def datainf(factor, part):
        return inner_product(IFAttributorDataInf(task_of(), regularization=factor * square / size), part)

    runs.method("dattri-if-datainf", {f"{r:g} x mean g^2": r for r in RELATIVE}, datainf)

    def conjugate(setting, part):
        steps, factor = setting
        return inner_product(IFAttributorCG(task_of(), max_iter=steps, regularization=factor), part)

    steps = {f"{s} steps, ridge {r:g}": (s, r) for s in (10, 30) for r in (1e-3, 1e-2, 1e-1)}
    runs.method("dattri-if-cg", steps, conjugate)

    def arnoldi(setting, part):
        return inner_product(IFAttributorArnoldi(task_of(), proj_dim=100, max_iter=200, regularization=setting), part)

    runs.method("dattri-if-arnoldi", {f"ridge {r:g}": r for r in (0.0, 1e-3, 1e-2)}, arnoldi)

    def lissa(setting, part):
        depth, damping = setting
        attributor = IFAttributorLiSSA(
            task_of(), batch_size=32, recursion_depth=depth, damping=damping, scaling=10.0
        )
        return inner_product(attributor, part)

    runs.method("dattri-if-lissa", {f"depth {d}, damping {x:g}": (d, x) for d in (50, 200) for x in (1e-2, 1e-1)}, lissa)

    def explicit(ridge, part):
        return inner_product(IFAttributorExplicit(task_of(), regularization=ridge), part)

    if size <= 2000:
        runs.method("dattri-if-explicit", {f"ridge {r:g}": r for r in (1e-3, 1e-2, 1e-1)}, explicit)
    elif not runs.known("dattri-if-explicit"):
        need = size * exported.rows * exported.meta["rowLength"] * exported.meta["vocab"] * 4 / 2**30
        runs.fail("dattri-if-explicit", f"not run: jacfwd over {size} parameters needs {need:.0f} GiB for its tangents")
