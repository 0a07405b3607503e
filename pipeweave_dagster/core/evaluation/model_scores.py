"""Score a model on its test rows, with intervals: all that its promotion depends on."""

import logging
from pathlib import Path
from typing import Any, get_args

import numpy as np

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import (
    ClassScores,
    Evaluation,
    EvaluationStep,
    Findings,
    PipelineSpec,
    Resampled,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation.audit.checks.registry import ScoreFacts
from pipeweave_dagster.core.evaluation.audit.methodology import methodology
from pipeweave_dagster.core.evaluation.audit.run_audit import Audit
from pipeweave_dagster.core.evaluation.fairness import fairness_of
from pipeweave_dagster.core.evaluation.other_rows import for_other_rows
from pipeweave_dagster.core.evaluation.score_notes import score_notes
from pipeweave_dagster.core.evaluation.time_slice import TimeSlice
from pipeweave_dagster.core.metrics.bootstrap import with_intervals
from pipeweave_dagster.core.metrics.per_class import class_scores
from pipeweave_dagster.core.metrics.scored_test import ScoredTest, read_scored_test
from pipeweave_dagster.core.model.bundle_scores import predicted_classes

_log = logging.getLogger(__name__)


def score_model(
    trained: TrainedModel,
    spec: PipelineSpec,
    test_rows: Path,
    holdout_use: int = 1,
    origin: tuple[Path, Findings] | None = None,
    seconds: float | None = None,
) -> Evaluation:
    """Return an evaluation of scores alone; see `evaluate_scores`."""
    scored = read_scored_test(trained, test_rows)
    metrics = _metrics(scored, scored.output)
    alone = metrics[trained.metric]
    clusters = None if scored.cluster is None else len(np.unique(scored.cluster))
    metrics[trained.metric], folds_note = for_other_rows(alone, trained, spec, clusters)
    evaluation = Evaluation(
        rows=len(scored.y),
        metric=trained.metric,
        metrics=metrics,
        baseline=_metrics(scored, scored.baseline),
        by_class=_by_class(scored),
        verdict=trained.verdict,
        fairness=fairness_of(scored, spec.hidden),
        structure=spec.structure,
        holdout_use=holdout_use,
        resampled=_resampled(scored, spec),
        clusters=clusters,
        test_rows_alone=alone if folds_note else None,
    )
    notes = score_notes(evaluation, trained, spec, scored)
    evaluation = evaluation.model_copy(update={"notes": notes})
    _log_score(evaluation)
    parts = [step for step in get_args(EvaluationStep) if step not in _without(spec)]
    if origin is None:
        return evaluation.model_copy(update={"dropped": ["leak canary", *parts]})
    limit = TimeSlice(seconds)
    canary = limit.run("leak canary", Audit(trained, spec, origin[0], scored).canary)
    update = {"canary": canary, "dropped": [*limit.dropped, *parts]}
    return with_checks(evaluation.model_copy(update=update), trained, spec, scored, origin[1])


def _without(spec: PipelineSpec) -> set[EvaluationStep]:
    """Return the parts that are made with the scores, or that there is nothing to make of."""
    made: set[EvaluationStep] = {"leak canary"}
    return made if spec.split.kind == "time" else {*made, "scores over time"}


def with_checks(
    evaluation: Evaluation,
    trained: TrainedModel,
    spec: PipelineSpec,
    scored: ScoredTest,
    findings: Findings,
) -> Evaluation:
    """Return an evaluation with its methodology checks, by all that is known so far."""
    facts = ScoreFacts(trained, spec, evaluation, _rows_per_class(scored), findings)
    return evaluation.model_copy(update={"checks": methodology(facts)})


def _rows_per_class(scored: ScoredTest) -> dict[str, int]:
    codes = np.asarray(scored.y, dtype=np.intp) if scored.classes else np.arange(0)
    counts = np.bincount(codes, minlength=len(scored.classes))
    return {name: int(counts[k]) for k, name in enumerate(scored.classes)}


def _metrics(scored: ScoredTest, output: Any) -> Any:
    return with_intervals(
        scored.y, output, len(scored.classes), weight=scored.weight, cluster=scored.cluster
    )


def _resampled(scored: ScoredTest, spec: PipelineSpec) -> Resampled:
    if scored.cluster is None:
        return "rows"
    return "groups" if spec.split.kind == "group" else "stretches of time"


def _by_class(scored: ScoredTest) -> list[ClassScores]:
    """Score each class by the predicted classes, at the threshold if costs set one."""
    if not scored.classes or len(scored.y) == 0:
        return []
    predicted = np.asarray(predicted_classes(scored.output, scored.threshold), dtype=np.intp)
    return class_scores(np.asarray(scored.y, dtype=np.intp), predicted, scored.classes)


def _log_score(evaluation: Evaluation) -> None:
    value = evaluation.metrics[evaluation.metric].value
    text = "unknown" if value is None else f"{value:.4g}"
    rows = counted(evaluation.rows, "row")
    _log.info("test %s %s on %s", evaluation.metric, text, rows)
