"""Evaluate a model on its test rows: scores with intervals, plots, importances, model card."""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from pipeweave_dagster.core.documents import (
    ClassScores,
    Evaluation,
    Findings,
    Payload,
    PipelineSpec,
    Plot,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation.audit.checks.registry import ScoreFacts
from pipeweave_dagster.core.evaluation.audit.methodology import methodology
from pipeweave_dagster.core.evaluation.audit.run_audit import Audit, run_audit
from pipeweave_dagster.core.evaluation.evaluation_notes import (
    cost_note,
    explained_note,
    limit_notes,
)
from pipeweave_dagster.core.evaluation.fairness import fairness_of
from pipeweave_dagster.core.evaluation.report.audit_plots import audit_plots
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster.core.evaluation.report.plots import dependence_plot, plots
from pipeweave_dagster.core.evaluation.segments import weak_segments
from pipeweave_dagster.core.explain.dependence import dependences
from pipeweave_dagster.core.explain.importance import importance, with_fewer_members
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.metrics.all_metrics import with_intervals
from pipeweave_dagster.core.metrics.per_class import class_scores
from pipeweave_dagster.core.metrics.scored_test import ScoredTest, read_scored_test
from pipeweave_dagster.core.model.serving import load_bundle, predicted_classes

_log = logging.getLogger(__name__)

CARD = "model_card.md"
_MOST_MEMBERS = 12
_MOST_EXPLAINED = 4
_EXPLAINED_CELLS = 300


def run_evaluation(
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    test_rows: Path,
    out: Path,
    holdout_use: int = 1,
    origin: tuple[Path, Findings] | None = None,
) -> Evaluation:
    """Evaluate a model; see `pipeweave_dagster.core.evaluation.evaluate`."""
    scored = read_scored_test(trained, test_rows)
    bundle = load_bundle(model)
    audit = Audit() if origin is None else run_audit(trained, spec, origin[0], bundle, scored)
    evaluation = _explained(
        Evaluation(
            rows=len(scored.y),
            metric=trained.metric,
            metrics=_metrics(scored, scored.output),
            baseline=_metrics(scored, scored.baseline),
            by_class=_by_class(scored),
            verdict=trained.verdict,
            segments=weak_segments(scored, trained.metric),
            fairness=fairness_of(scored),
            structure=spec.structure,
            holdout_use=holdout_use,
            canary=audit.canary,
            curve=audit.curve,
            periods=audit.periods,
            stability=audit.stability,
            notes=limit_notes(scored, spec, trained.metric),
        ),
        scored,
        bundle,
        spec,
    )
    notes = [*evaluation.notes, *audit.notes]
    evaluation = evaluation.model_copy(update={"notes": notes})
    if origin is not None:
        facts = ScoreFacts(trained, spec, evaluation, _rows_per_class(scored), origin[1])
        evaluation = evaluation.model_copy(update={"checks": methodology(facts)})
    (out / CARD).write_text(model_card(trained, spec, evaluation), encoding="utf-8")
    _log_score(evaluation)
    return evaluation.model_copy(update={"card": Payload.of(out / CARD, "text/markdown")})


def _explained(
    evaluation: Evaluation, scored: ScoredTest, bundle: dict[str, Any], spec: PipelineSpec
) -> Evaluation:
    """Add contributions, importances, dependence, their notes and all plots."""
    sample = with_fewer_members(bundle, _MOST_MEMBERS)
    shap, share = _contributions(with_fewer_members(bundle, _MOST_EXPLAINED), scored)
    importances, notes = importance(sample, scored, evaluation.metric, first=list(shap))
    if share:
        notes.append(explained_note(share))
    if scored.threshold is not None and spec.costs is not None:
        notes.append(cost_note(scored, spec.costs))
    ranked = [name for name, estimate in importances.items() if estimate.above_zero]
    shown = dict.fromkeys([*spec.monotone, *ranked, *shap, *scored.features.columns])
    dependence = dependences(sample, scored, list(shown))
    drawn: list[Plot] = [
        *plots(scored, importances, evaluation.stability),
        *audit_plots(evaluation.curve, evaluation.periods, evaluation.metric),
        *(dependence_plot(d) for d in dependence),
    ]
    return evaluation.model_copy(
        update={
            "plots": drawn,
            "importance": importances,
            "contributions": shap,
            "dependence": dependence,
            "notes": [*evaluation.notes, *notes],
        }
    )


def _metrics(scored: ScoredTest, output: Any) -> Any:
    return with_intervals(
        scored.y, output, len(scored.classes), weight=scored.weight, cluster=scored.cluster
    )


def _by_class(scored: ScoredTest) -> list[ClassScores]:
    """Score each class by the predicted classes, at the threshold if costs set one."""
    if not scored.classes or len(scored.y) == 0:
        return []
    predicted = np.asarray(predicted_classes(scored.output, scored.threshold), dtype=np.intp)
    return class_scores(np.asarray(scored.y, dtype=np.intp), predicted, scored.classes)


def _rows_per_class(scored: ScoredTest) -> dict[str, int]:
    codes = np.asarray(scored.y, dtype=np.intp) if scored.classes else np.arange(0)
    counts = np.bincount(codes, minlength=len(scored.classes))
    return {name: int(counts[k]) for k, name in enumerate(scored.classes)}


def _contributions(bundle: dict[str, Any], scored: ScoredTest) -> tuple[dict[str, float], float]:
    """Return mean absolute SHAP values by column, largest first, and the share explained."""
    rows = max(50, _EXPLAINED_CELLS // max(1, len(scored.classes) - 1))
    found = contributions(bundle, scored.features.iloc[:rows])
    if found is None or len(scored.y) == 0:
        return {}, 0.0
    sizes = np.abs(found.values).mean(axis=(0, 2))
    order = np.argsort(-sizes, kind="stable")
    return {found.columns[k]: float(sizes[k]) for k in order if sizes[k] > 0}, found.share


def _log_score(evaluation: Evaluation) -> None:
    value = evaluation.metrics[evaluation.metric].value
    text = "unknown" if value is None else f"{value:.4g}"
    _log.info("test %s %s on %d rows", evaluation.metric, text, evaluation.rows)
