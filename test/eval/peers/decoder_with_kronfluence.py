"""kronfluence's strategies on the exported adapter. Fitting factors is left out of the query times."""

import tempfile

import numpy
import torch

from exported import timed
from exported_decoder import losses


def run(exported, runs):
    from kronfluence.analyzer import Analyzer, prepare_model
    from kronfluence.arguments import FactorArguments, ScoreArguments
    from kronfluence.task import Task

    class AdapterTask(Task):
        def compute_train_loss(self, batch, model, sample=False):
            tokens, targets, mask = batch
            logits = model(tokens)
            if sample:
                with torch.no_grad():
                    drawn = torch.multinomial(torch.softmax(logits.flatten(0, 1), -1), 1)
                    targets = drawn.reshape(targets.shape)
            return losses(logits, targets, mask).sum()

        def compute_measurement(self, batch, model):
            tokens, targets, mask = batch
            return losses(model(tokens), targets, mask).sum()

        def get_influence_tracked_modules(self):
            return exported.layers

        def get_attention_mask(self, batch):
            return batch[2].long()

    torch.manual_seed(0)
    task = AdapterTask()
    model = prepare_model(exported.model(), task)
    folder = tempfile.mkdtemp(prefix="kronfluence-")
    analyzer = Analyzer("adapter", model=model, task=task, cpu=True, output_dir=folder, disable_tqdm=True)
    train = exported.rows_set()

    def strategy(name, empirical):
        arguments = FactorArguments(strategy=name, use_empirical_fisher=empirical)
        factors = f"{name}-{empirical}"
        fitted = []

        def score(damping, part):
            if not fitted:
                fitted.append(
                    analyzer.fit_all_factors(
                        factors, dataset=train, per_device_batch_size=64, factor_args=arguments, overwrite_output_dir=True
                    )
                )
            count = len(range(*part.indices(exported.queries)))

            def pairwise():
                return analyzer.compute_pairwise_scores(
                    scores_name=f"{factors}-{damping}-{count}",
                    factors_name=factors,
                    query_dataset=exported.queries_set(part),
                    train_dataset=train,
                    per_device_query_batch_size=count,
                    per_device_train_batch_size=256,
                    score_args=ScoreArguments(damping_factor=damping),
                    overwrite_output_dir=True,
                )

            _, seconds = timed(pairwise)
            scores = analyzer.load_pairwise_scores(f"{factors}-{damping}-{count}")
            return scores["all_modules"].numpy().astype(numpy.float32), seconds

        return score

    dampings = {"heuristic 0.1 x mean": None}
    dampings.update({f"damping {d:g}": d for d in (1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)})
    for name in ("ekfac", "kfac", "diagonal"):
        for empirical in (False, True):
            runs.method(f"kronfluence-{name}{'-empirical' if empirical else ''}", dampings, strategy(name, empirical))
    runs.method("kronfluence-identity", {"": None}, strategy("identity", False))
