"""What the test rows say of a model against the baseline (constant): reasons for its alias."""

from pipeweave_dagster.core.documents import Estimate, Evaluation
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.number_format import ends


def worse_than_baseline(evaluation: Evaluation) -> str | None:
    """Return the sentence that a model is worse than the baseline on its test rows, if it is."""
    name = evaluation.metric
    ours, constant = _scores(evaluation)
    if ours.value is None or constant is None:
        return None
    greater = GREATER_IS_BETTER[name]
    if ours.value == constant or (ours.value > constant) == greater:
        return None
    return (
        f"It is worse than the baseline (constant) on its {evaluation.rows:,} test rows "
        f"({name} {score_text(ours.value)} against {score_text(constant)}), whatever "
        "cross-validation said, so it gets no alias."
    )


def doubt(evaluation: Evaluation) -> str:
    """Return the clause that the test rows alone do not show a model to be better, empty else."""
    ours, constant = _scores(evaluation)
    if ours.low is None or ours.high is None or constant is None:
        return ""
    if not ours.low <= constant <= ours.high:
        return ""
    low, high = ends(ours.low, ours.high)
    return (
        f", by its folds; on its {evaluation.rows:,} test rows alone the interval "
        f"({low} to {high}) includes the baseline's {score_text(constant)}"
    )


def _scores(evaluation: Evaluation) -> tuple[Estimate, float | None]:
    name = evaluation.metric
    constant = evaluation.baseline.get(name)
    return evaluation.metrics.get(name, Estimate(value=None)), constant.value if constant else None


def score_text(value: float) -> str:
    """Return a score for a sentence that compares it."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e6 else f"{value:.4g}"
