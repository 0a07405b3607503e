"""Notes of an evaluation: what limits its scores, and how rows and errors are weighted."""

import numpy as np

from pipeweave_dagster.core.documents import (
    Costs,
    EvaluationStep,
    MetricName,
    PipelineSpec,
    lack_of_time,
)
from pipeweave_dagster.core.metrics.decision_costs import mean_cost
from pipeweave_dagster.core.metrics.metrics import effective_rows, score
from pipeweave_dagster.core.metrics.scored_test import ScoredTest

_FEW_ROWS = 100
_FEW_ERRORS = 10
_MOST_OF_SQUARES, _TAIL_FROM = 0.2, 50


def limit_notes(scored: ScoredTest, spec: PipelineSpec, metric: MetricName) -> list[str]:
    """Return notes on few rows, few or dominating errors, and row weights."""
    rows = len(scored.y)
    notes = []
    if rows < _FEW_ROWS:
        notes.append(f"Only {rows} test rows: the intervals are wide.")
    few = _few_errors_note(scored) if scored.classes else _long_tail_note(scored)
    if few is not None:
        notes.append(few)
    if spec.weight is not None:
        notes.append(_weight_note(spec.weight, metric, scored))
    return notes


def dropped_note(
    dropped: list[EvaluationStep], cut: list[EvaluationStep], dataset: str
) -> list[str]:
    """Return which parts there was no time for, and how to make them; nothing if all were made.

    Args:
        dropped: Parts that are missing or not complete.
        cut: Those of them that are there in part.
        dataset: The name for the command.
    """
    if not dropped:
        return []
    made = f"`pipeweave evaluate {dataset} --full` computes them, without changing the scores."
    return [f"{lack_of_time(dropped, cut)} {made}"]


def cost_note(scored: ScoredTest, costs: Costs) -> str:
    """Compare the mean cost at the chosen threshold with that at one half."""
    positive, scores = scored.y == 1, scored.output[:, 1]
    chosen = scored.threshold if scored.threshold is not None else 0.5
    ours, half = (mean_cost(positive, scores, at, costs) for at in (chosen, 0.5))
    return (
        f"Mean cost of a test row: {ours:.4g} at the threshold {chosen:.3g}, "
        f"{half:.4g} at one half."
    )


def explained_note(share: float) -> str:
    """Return which part of the model the contributions explain."""
    return (
        "Contributions (SHAP values) explain only the boosted trees and linear models, which have "
        f"{share:.0%} of the model's weight; they are in the units of these models' margins."
    )


def _few_errors_note(scored: ScoredTest) -> str | None:
    """Resampling test rows cannot show errors that are not among them."""
    errors = int(np.sum(scored.output.argmax(axis=1) != scored.y))
    if errors >= _FEW_ERRORS:
        return None
    return (
        f"Only {errors} of {len(scored.y)} test rows are misclassified, so the intervals of log "
        "loss and Brier score are too narrow."
    )


def _long_tail_note(scored: ScoredTest) -> str | None:
    """With a long tail, the largest possible errors are mostly not among the test rows."""
    squares = np.sort((scored.y - scored.output) ** 2)
    largest = float(squares[-max(1, len(squares) // 100) :].sum())
    if len(squares) < _TAIL_FROM or largest <= _MOST_OF_SQUARES * float(squares.sum()):
        return None
    return (
        f"1 % of the test rows account for {largest / squares.sum():.0%} of the squared error, so "
        "the intervals of RMSE and R2 are too narrow."
    )


def _weight_note(column: str, metric: MetricName, scored: ScoredTest) -> str:
    unweighted = score(metric, scored.y, scored.output)
    compared = "" if unweighted is None else f" Unweighted, {metric} is {unweighted:.4g}."
    if scored.weight is not None:
        rows = effective_rows(scored.weight, len(scored.y))
        compared += f" The weighted test rows count for as much as {rows:.0f} unweighted ones."
    return (
        f"Rows are weighted by `{column}` in fitting, model selection and the scores of all test "
        f"rows.{compared} Scores of classes, segments and groups, costs and plots are unweighted."
    )
