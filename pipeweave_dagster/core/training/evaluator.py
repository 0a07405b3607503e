"""Evaluate a model on its test rows: scores with intervals, plots, importance, card."""

import logging
from pathlib import Path

from pipeweave_dagster.core.documents import Evaluation, Payload, PipelineSpec, TrainedModel
from pipeweave_dagster.core.training.card import model_card
from pipeweave_dagster.core.training.importance import importance
from pipeweave_dagster.core.training.outcome import read_outcome
from pipeweave_dagster.core.training.plots import plots
from pipeweave_dagster.core.training.scores import with_intervals
from pipeweave_dagster.core.training.serving import load_bundle

_log = logging.getLogger(__name__)

CARD = "model_card.md"


def run_evaluation(
    trained: TrainedModel, spec: PipelineSpec, model: Path, test_rows: Path, out: Path
) -> Evaluation:
    """See `pipeweave_dagster.core.training.evaluate`."""
    outcome = read_outcome(trained, test_rows)
    classes = len(outcome.classes)
    metrics = with_intervals(outcome.y, outcome.output, classes)
    baseline = with_intervals(outcome.y, outcome.baseline, classes)
    found, notes = importance(load_bundle(model), outcome, trained.metric)
    if spec.weight is not None:
        notes.insert(0, f"Fitting used the weights of `{spec.weight}`; scores count rows alike.")
    if len(outcome.y) < 100:
        notes.insert(0, f"Only {len(outcome.y)} test rows: the intervals are wide.")
    evaluation = Evaluation(
        rows=len(outcome.y),
        metric=trained.metric,
        metrics=metrics,
        baseline=baseline,
        verdict=trained.verdict,
        plots=plots(outcome, found),
        importance=found,
        notes=notes,
    )
    (out / CARD).write_text(model_card(trained, spec, evaluation), encoding="utf-8")
    value = metrics[trained.metric]
    _log.info("test %s %s on %d rows", trained.metric, value.value, len(outcome.y))
    return evaluation.model_copy(update={"card": Payload.of(out / CARD, "text/markdown")})
