"""Train and evaluate a model in this process."""

from pathlib import Path

from pipeweave_dagster.core.asset_catalog import activity_of
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Evaluation,
    Findings,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.notebook.model import CARD, EVALUATION, MODEL, TRAINED, Model
from pipeweave_dagster.notebook.progress_bar import ProgressBar
from pipeweave_dagster.notebook.scratch_folder import ScratchFolder

_EVALUATION_S = 60.0
"""Seconds that the canary, and then all that explains the scores, may take."""


def train_model(  # noqa: PLR0913 - what it learns from, and its bounds
    spec: PipelineSpec,
    table: tuple[DatasetSnapshot, Path],
    findings: Findings,
    budget_s: float,
    started_at: float,
    bar: ProgressBar,
    *,
    evaluated: bool = True,
    most_s: float | None = None,
) -> Model:
    """Train within the budget, counted from `started_at`, then evaluate.

    Args:
        spec: The pipeline.
        table: The typed table: its description and its Parquet file.
        findings: Its findings, for the checks of the evaluation.
        budget_s: Seconds for the training.
        started_at: `time.monotonic()` when they began.
        bar: Shows how far it is.
        evaluated: Whether to evaluate the model on the rows that were held out.
        most_s: Seconds up to which the budget may be extended on a busy machine; None: it is not.
    """
    from pipeweave_dagster.core.training import train

    snapshot, data = table
    folder = ScratchFolder()
    out = folder.path
    bar.training(spec.metric, started_at)
    trained = train(
        spec,
        data,
        out,
        budget_s=budget_s,
        started_at=started_at,
        most_s=most_s,
        on_fold=bar.on_fold,
        on_extension=bar.on_extension,
    )
    trained = trained.of_table(snapshot)
    bar.stage(activity_of(Evaluation.kind))
    evaluation = _evaluated(trained, spec, (data, findings), out) if evaluated else None
    (out / trained.model.name).replace(out / MODEL)
    (out / TRAINED).write_bytes(trained.to_json())
    if evaluation is not None:
        (out / EVALUATION).write_bytes(evaluation.to_json())
    return Model(trained, evaluation, folder)


def _evaluated(
    trained: TrainedModel, spec: PipelineSpec, origin: tuple[Path, Findings], out: Path
) -> Evaluation:
    """Evaluate the model that has not seen the test rows, and keep its card."""
    from pipeweave_dagster.core.evaluation import evaluate

    pages = out / "evaluation"
    pages.mkdir()
    model = out / (trained.evaluated or trained.model).name
    evaluation = evaluate(
        trained,
        spec,
        model,
        out / trained.test_rows.name,
        pages,
        origin=origin,
        seconds=_EVALUATION_S,
    )
    if evaluation.card is not None:
        (pages / evaluation.card.name).replace(out / CARD)
    return evaluation
