"""Evaluate a model on its test rows: scores with intervals, plots, importance, card."""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from pipeweave_dagster.core.documents import (
    ClassScores,
    Costs,
    Evaluation,
    Fairness,
    Findings,
    MetricName,
    Payload,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation.audit.methodology import Score, methodology
from pipeweave_dagster.core.evaluation.audit.run_audit import Audit, run_audit
from pipeweave_dagster.core.evaluation.fairness import of_decisions, of_values
from pipeweave_dagster.core.evaluation.report.audit_plots import audit_plots
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster.core.evaluation.report.plots import dependence_plot, plots
from pipeweave_dagster.core.evaluation.segments import weak_segments
from pipeweave_dagster.core.explain.dependence import dependences
from pipeweave_dagster.core.explain.importance import importance, lighter
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.metrics.all_metrics import with_intervals
from pipeweave_dagster.core.metrics.decision_costs import mean_cost
from pipeweave_dagster.core.metrics.metrics import effective_rows, score
from pipeweave_dagster.core.metrics.per_class import class_scores
from pipeweave_dagster.core.metrics.scored_test import ScoredTest, read_scored_test
from pipeweave_dagster.core.model.serving import as_text, decided, load_bundle

_log = logging.getLogger(__name__)

CARD = "model_card.md"
_ASKED = 12
_EXPLAINED = 4
_EXPLAINED_CELLS = 300
_FEW_WRONG = 10
_MOST_OF_SQUARES, _TAIL_FROM = 0.2, 50


def run_evaluation(
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    test_rows: Path,
    out: Path,
    holdout_use: int = 1,
    origin: tuple[Path, Findings] | None = None,
) -> Evaluation:
    """See `pipeweave_dagster.core.training.evaluate`."""
    outcome = read_scored_test(trained, test_rows)
    classes = len(outcome.classes)
    weight = outcome.weight
    metrics = with_intervals(outcome.y, outcome.output, classes, weight=weight)
    baseline = with_intervals(outcome.y, outcome.baseline, classes, weight=weight)
    whole = load_bundle(model)
    bundle = lighter(whole, _ASKED)
    shap, share = _contributions(lighter(whole, _EXPLAINED), outcome)
    found, notes = importance(bundle, outcome, trained.metric, first=list(shap))
    if share:
        notes.append(
            f"Contributions (SHAP values) are those of the {share:.0%} of the model that are "
            "boosted trees and lines, in their margin."
        )
    if outcome.threshold is not None and spec.costs is not None:
        notes.append(_cost_note(outcome, spec.costs))
    ranked = [name for name, estimate in found.items() if estimate.above_zero]
    shown = dict.fromkeys([*spec.monotone, *ranked, *shap, *outcome.features.columns])
    depends = dependences(bundle, outcome, list(shown))
    if spec.weight is not None:
        notes.insert(0, _weight_note(spec.weight, trained.metric, outcome))
    few = _few_wrong(outcome) if classes else _few_decide(outcome)
    if few is not None:
        notes.insert(0, few)
    if len(outcome.y) < 100:
        notes.insert(0, f"Only {len(outcome.y)} test rows: the intervals are wide.")
    audit = Audit() if origin is None else run_audit(trained, spec, origin[0], whole, outcome)
    evaluation = Evaluation(
        rows=len(outcome.y),
        metric=trained.metric,
        metrics=metrics,
        baseline=baseline,
        by_class=_by_class(outcome),
        verdict=trained.verdict,
        plots=[
            *plots(outcome, found, audit.stability),
            *audit_plots(audit.curve, audit.periods, trained.metric),
            *(dependence_plot(d) for d in depends),
        ],
        importance=found,
        contributions=shap,
        dependence=depends,
        segments=weak_segments(outcome, trained.metric),
        fairness=_fairness(outcome),
        holdout_use=holdout_use,
        canary=audit.canary,
        curve=audit.curve,
        periods=audit.periods,
        stability=audit.stability,
        notes=[*notes, *audit.notes],
    )
    if origin is not None:
        asked = Score(trained, spec, evaluation, _counts(outcome), origin[1])
        evaluation = evaluation.model_copy(update={"checks": methodology(asked)})
    (out / CARD).write_text(model_card(trained, spec, evaluation), encoding="utf-8")
    value = metrics[trained.metric]
    told = "unknown" if value.value is None else f"{value.value:.4g}"
    _log.info("test %s %s on %d rows", trained.metric, told, len(outcome.y))
    return evaluation.model_copy(update={"card": Payload.of(out / CARD, "text/markdown")})


def _by_class(outcome: ScoredTest) -> list[ClassScores]:
    """Scores of each class by what is told, at the threshold where costs give one."""
    if not outcome.classes or len(outcome.y) == 0:
        return []
    told = np.asarray(decided(outcome.output, outcome.threshold), dtype=np.intp)
    return class_scores(np.asarray(outcome.y, dtype=np.intp), told, outcome.classes)


def _counts(outcome: ScoredTest) -> dict[str, int]:
    """Test rows of each class."""
    codes = np.asarray(outcome.y, dtype=np.intp) if outcome.classes else np.arange(0)
    counts = np.bincount(codes, minlength=len(outcome.classes))
    return {name: int(counts[k]) for k, name in enumerate(outcome.classes)}


def _contributions(bundle: dict[str, Any], outcome: ScoredTest) -> tuple[dict[str, float], float]:
    """Mean absolute SHAP value of each raw column, largest first, and the share explained."""
    rows = max(50, _EXPLAINED_CELLS // max(1, len(outcome.classes) - 1))
    found = contributions(bundle, outcome.features.iloc[:rows])
    if found is None or len(outcome.y) == 0:
        return {}, 0.0
    sizes = np.abs(found.values).mean(axis=(0, 2))
    order = np.argsort(-sizes, kind="stable")
    return {found.columns[k]: float(sizes[k]) for k in order if sizes[k] > 0}, found.share


def _fairness(outcome: ScoredTest) -> list[Fairness]:
    """One entry a sensitive column; of several classes the first one is set against the rest."""
    found = []
    for name in outcome.sensitive.columns:
        groups = [text or "missing" for text in as_text(outcome.sensitive[name])]
        if not outcome.classes:
            found.append(of_values(name, groups, outcome.y.astype(float), outcome.output))
            continue
        of = 1 if len(outcome.classes) == 2 else 0
        said = decided(outcome.output, outcome.threshold) == of
        found.append(of_decisions(name, groups, outcome.y == of, said))
    return found


def _few_wrong(outcome: ScoredTest) -> str | None:
    """No resampling of test rows tells of errors that are not among them."""
    wrong = int(np.sum(outcome.output.argmax(axis=1) != outcome.y))
    if wrong >= _FEW_WRONG:
        return None
    return (
        f"{wrong} of {len(outcome.y)} test rows are told wrongly: so few that the intervals of "
        "log loss and Brier score are too narrow."
    )


def _few_decide(outcome: ScoredTest) -> str | None:
    """Of long tails the largest errors are mostly not among the test rows."""
    squares = np.sort((outcome.y - outcome.output) ** 2)
    largest = float(squares[-max(1, len(squares) // 100) :].sum())
    if len(squares) < _TAIL_FROM or largest <= _MOST_OF_SQUARES * float(squares.sum()):
        return None
    return (
        f"{largest / squares.sum():.0%} of the squared error is that of a hundredth of the test "
        "rows, so that the intervals of RMSE and R2 are too narrow."
    )


def _weight_note(column: str, metric: MetricName, outcome: ScoredTest) -> str:
    alike = score(metric, outcome.y, outcome.output)
    told = "" if alike is None else f": {metric} is {alike:.4g} if they count alike"
    if outcome.weight is not None:
        rows = effective_rows(outcome.weight, len(outcome.y))
        told += f", and they tell as much as {rows:.0f} rows that do"
    return (
        f"Rows count by their `{column}`, in fitting, in the choice of models and in the scores of "
        f"all test rows{told}. Scores of classes, parts and groups, costs and pictures count rows "
        "alike."
    )


def _cost_note(outcome: ScoredTest, costs: Costs) -> str:
    positive, scores = outcome.y == 1, outcome.output[:, 1]
    chosen = outcome.threshold if outcome.threshold is not None else 0.5
    ours, half = (mean_cost(positive, scores, at, costs) for at in (chosen, 0.5))
    return (
        f"Mean cost of a test row: {ours:.4g} at the threshold {chosen:.3g}, "
        f"{half:.4g} at one half."
    )
