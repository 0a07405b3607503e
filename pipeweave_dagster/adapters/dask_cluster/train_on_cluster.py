"""The training of `core.training.train`, with all rows of a large table fitted on a cluster."""

from functools import partial
from pathlib import Path

from pipeweave_dagster.core.documents import PipelineSpec, TrainedModel


def train_on_cluster(  # noqa: PLR0913 - those of `train`, and where the cluster and its table are
    address: str,
    table: str,
    spec: PipelineSpec,
    data: Path,
    out: Path,
    budget_s: float,
    started_at: float,
    *,
    trials: Path | None = None,
    memory_mb: float | None = None,
    tested_like: Path | None = None,
    after_s: float = 0.0,
    most_s: float | None = None,
) -> TrainedModel:
    """Search on this machine; if the table was sampled, fit one candidate on the cluster.

    Args:
        address: `dask://host:port` of the scheduler.
        table: The typed table as the workers of the cluster can read it: a path on a disk that
            they share, or `s3://bucket/key`.
        spec: The pipeline.
        data: The typed table (Parquet) on this machine.
        out: Empty folder for the files of the model.
        budget_s: Seconds from `started_at`.
        started_at: `time.monotonic()` when the run began.
        trials: Where finished folds are kept.
        memory_mb: Memory that training may use on this machine.
        tested_like: Test rows file of an earlier model.
        after_s: Seconds at the end of the budget in which the model is there already.
        most_s: Seconds up to which the budget may be extended.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no model can be made. A cluster that fails is noted in
            the leaderboard instead: the models of the sample are there.
    """
    from pipeweave_dagster.adapters.dask_cluster.engine import fit_on_cluster
    from pipeweave_dagster.core.training.search.budget import training_budget
    from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
    from pipeweave_dagster.core.training.train_model import run_training

    budget = training_budget(started_at, budget_s, after_s, most_s or budget_s)
    engine = partial(fit_on_cluster, address, table)
    return run_training(
        spec, data, out, budget, trials, memory_mb, DEFAULT_POLICY, tested_like, engine
    )
