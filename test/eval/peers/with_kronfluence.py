"""kronfluence's strategies on the exported head. Fitting factors is left out of the query times."""

import tempfile

import numpy
import torch

from exported import timed


def run(exported, runs):
    from kronfluence.analyzer import Analyzer, prepare_model
    from kronfluence.arguments import FactorArguments, ScoreArguments
    from kronfluence.task import Task

    class HeadTask(Task):
        def compute_train_loss(self, batch, model, sample=False):
            x, y = batch
            logits = model(x)
            if sample:
                with torch.no_grad():
                    y = torch.multinomial(torch.softmax(logits, 1), 1).flatten()
            return torch.nn.functional.cross_entropy(logits, y, reduction="sum")

        def compute_measurement(self, batch, model):
            x, y = batch
            return torch.nn.functional.cross_entropy(model(x), y, reduction="sum")

    torch.manual_seed(0)
    task = HeadTask()
    model = prepare_model(exported.model(), task)
    folder = tempfile.mkdtemp(prefix="kronfluence-")
    analyzer = Analyzer("head", model=model, task=task, cpu=True, output_dir=folder, disable_tqdm=True)
    train = exported.train_data()

    def strategy(name, empirical):
        arguments = FactorArguments(strategy=name, use_empirical_fisher=empirical)
        factors = f"{name}-{empirical}"
        fitted = []

        def score(damping, part):
            if not fitted:
                fitted.append(
                    analyzer.fit_all_factors(
                        factors, dataset=train, per_device_batch_size=500, factor_args=arguments, overwrite_output_dir=True
                    )
                )
            count = len(range(*part.indices(exported.queries)))

            def pairwise():
                return analyzer.compute_pairwise_scores(
                    scores_name=f"{factors}-{damping}-{count}",
                    factors_name=factors,
                    query_dataset=exported.query_data(part),
                    train_dataset=train,
                    per_device_query_batch_size=count,
                    per_device_train_batch_size=500,
                    score_args=ScoreArguments(damping_factor=damping),
                    overwrite_output_dir=True,
                )

            _, seconds = timed(pairwise)
            scores = analyzer.load_pairwise_scores(f"{factors}-{damping}-{count}")
            return scores["all_modules"].numpy().astype(numpy.float32), seconds

        return score

    dampings = {"heuristic 0.1 x mean": None}
    dampings.update({f"damping {d:g}": d for d in (1e-8, 1e-6, 1e-5, exported.ridge, 1e-3)})
    for name in ("ekfac", "kfac", "diagonal"):
        runs.method(f"kronfluence-{name}", dampings, strategy(name, False))
    runs.method("kronfluence-ekfac-empirical", dampings, strategy("ekfac", True))
    runs.method("kronfluence-identity", {"": None}, strategy("identity", False))
