"""dattri's attributors on the exported head. Every `cache` call is left out of the query times."""

import tempfile

import torch
from torch.utils.data import DataLoader

from exported import timed

RELATIVE = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
TRAK_WIDTH = 2048
QUERY_BATCH = 60


def loss_of(model):
    def loss(params, data):
        x, y = data
        # LiSSA hands labels over as floats
        return torch.nn.functional.cross_entropy(torch.func.functional_call(model, params, (x,)), y.long())

    return loss


def margin_of(model):
    def margin(params, data):
        x, y = data
        loss = torch.nn.functional.cross_entropy(
            torch.func.functional_call(model, params, (x.unsqueeze(0),)), y.unsqueeze(0)
        )
        return -loss - torch.log1p(-torch.exp(-loss).clamp(max=1 - 1e-7))

    return margin


def single_of(model):
    def single(params, data):
        x, y = data
        logits = torch.func.functional_call(model, params, (x.unsqueeze(0),))
        return torch.nn.functional.cross_entropy(logits, y.unsqueeze(0))

    return single


def run(exported, runs):
    from dattri.algorithm.influence_function import (
        IFAttributorCG,
        IFAttributorDataInf,
        IFAttributorEKFAC,
        IFAttributorLiSSA,
    )
    from dattri.func import fisher
    from dattri.algorithm.logra import LoGraAttributor
    from dattri.algorithm.tracin import TracInAttributor
    from dattri.algorithm.trak import TRAKAttributor
    from dattri.task import AttributionTask

    model = exported.model()
    rows = DataLoader(exported.train_data(), batch_size=exported.rows)
    pieces = DataLoader(exported.train_data(), batch_size=250)

    def queries(part, size=QUERY_BATCH):
        return DataLoader(exported.query_data(part), batch_size=size)

    def task_of(loss, target=None, weights=None):
        states = [{"head.weight": w} for w in (weights if weights is not None else [exported.weights])]
        return AttributionTask(loss_func=loss(model), target_func=target and target(model), model=model, checkpoints=states)

    def gradient_square():
        p = torch.softmax(exported.x @ exported.weights.T, 1)
        p[torch.arange(exported.rows), exported.y] -= 1
        return float(((p**2).sum(1) * (exported.x**2).sum(1)).mean())

    def inner_product(attributor, part, size=QUERY_BATCH):
        attributor.cache(rows)
        scores, seconds = timed(lambda: attributor.attribute(rows, queries(part, size)))
        return scores.T.detach().numpy(), seconds

    def tracin(normalised, weights, rates):
        def score(_, part):
            attributor = TracInAttributor(
                task_of(single_of, weights=weights), torch.tensor(rates), normalised, projector_kwargs=None
            )
            attributor.projector_kwargs = None
            scores, seconds = timed(lambda: attributor.attribute(pieces, queries(part)))
            return scores.T.numpy(), seconds

        return score

    runs.method("dattri-grad-dot", {"": None}, tracin(False, [exported.weights], [1.0]))
    runs.method("dattri-grad-cos", {"": None}, tracin(True, [exported.weights], [1.0]))
    rates = [1.0] * len(exported.checkpoints)
    runs.method("dattri-tracin", {"": None}, tracin(False, list(exported.checkpoints), rates))

    def ekfac(damping, part):
        attributor = IFAttributorEKFAC(task_of(loss_of), damping=damping)
        attributor.cache(rows)
        scores, seconds = timed(lambda: attributor.attribute(rows, queries(part, exported.queries)))
        return scores.T.detach().numpy(), seconds

    ekfac_dampings = {f"damping {d:g}": d for d in (1e-8, 1e-6, 1e-5, exported.ridge, 1e-3)}
    runs.method("dattri-if-ek-fac", ekfac_dampings, ekfac)
    # dattri 0.3.0 takes eigenvectors for rows where torch returns columns: as shipped, and with that turned round
    eigenvectors = fisher.estimate_eigenvector
    fisher.estimate_eigenvector = lambda found: {k: (a.T, s.T) for k, (a, s) in eigenvectors(found).items()}
    runs.method("dattri-if-ek-fac-transposed", ekfac_dampings, ekfac)
    fisher.estimate_eigenvector = eigenvectors

    def trak(weights):
        def score(regularization, part):
            attributor = TRAKAttributor(
                task_of(margin_of, weights=weights),
                correct_probability_func=lambda params, data: torch.exp(-single_of(model)(params, data)),
                projector_kwargs={"proj_dim": TRAK_WIDTH, "proj_max_batch_size": 32, "device": "cpu"},
                regularization=regularization,
            )
            attributor.cache(rows)
            scores, seconds = timed(lambda: attributor.attribute(queries(part, exported.queries)))
            return scores.T.detach().numpy(), seconds

        return score

    # dattri divides gradients by the root of the number of parameters; the mean eigenvalue follows from the norms
    mean = exported.rows / (exported.dims * exported.classes) / TRAK_WIDTH
    trak_dampings = {f"regularization {d:g} x rows / parameters / width": d * mean for d in (1e-2, 1e-1, 1.0, 10.0)}
    runs.method("dattri-trak-1", trak_dampings, trak([exported.weights]))
    runs.method("dattri-trak-10", trak_dampings, trak(list(exported.trak_models)))

    folder = tempfile.mkdtemp(prefix="dattri-")

    def logra(damping, part):
        def loss(net, batch, device):
            x, y = batch
            return torch.nn.functional.cross_entropy(net(x), y)

        holder = exported.model()
        attribution = AttributionTask(loss_func=loss, model=holder, checkpoints=[holder.state_dict()])
        attributor = LoGraAttributor(attribution, damping=damping, proj_dim=2304, offload="none", cache_dir=folder)
        attributor.cache(pieces)
        scores, seconds = timed(lambda: attributor.attribute(pieces, queries(part)))
        return scores.T.detach().numpy(), seconds

    logra_dampings = {"own default": None}
    logra_dampings.update({f"damping {d:g}": d for d in (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)})
    runs.method("dattri-logra", logra_dampings, logra)

    def conjugate(steps, part):
        return inner_product(IFAttributorCG(task_of(loss_of), max_iter=steps, regularization=exported.ridge), part)

    runs.method("dattri-if-cg", {f"{s} steps": s for s in (10, 20, 40)}, conjugate)

    square = gradient_square()

    def datainf(relative, part):
        return inner_product(IFAttributorDataInf(task_of(loss_of), regularization=relative * square), part, 30)

    runs.method("dattri-if-datainf", {f"{r:g} x mean |g|^2": r for r in (1e-3, 1e-2)}, datainf)

    def lissa(depth, part):
        attributor = IFAttributorLiSSA(
            task_of(loss_of), batch_size=64, recursion_depth=depth, damping=exported.ridge / 0.1, scaling=0.1
        )
        return inner_product(attributor, part)

    runs.method("dattri-if-lissa", {f"depth {d}": d for d in (100, 300)}, lissa)

    size = exported.dims * exported.classes
    if size <= 10_000:
        from dattri.algorithm.influence_function import IFAttributorExplicit

        explicit = lambda ridge, part: inner_product(IFAttributorExplicit(task_of(loss_of), regularization=ridge), part)
        runs.method("dattri-if-explicit", {"ridge": exported.ridge}, explicit)
    elif not runs.known("dattri-if-explicit"):
        need = size * exported.rows * exported.classes * 4 / 2**30
        runs.fail("dattri-if-explicit", f"not run: jacfwd over {size} parameters needs {need:.0f} GiB for its tangents")
