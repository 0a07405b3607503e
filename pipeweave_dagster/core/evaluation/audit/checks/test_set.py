"""Checks of the test set: its size, its classes and how often it was used."""

from pipeweave_dagster.core.evaluation.audit.checks.registry import (
    NotApplicableError,
    ScoreFacts,
    check,
)

_LEAST_ROWS = 30
_LEAST_ROWS_OF_CLASS = 5
_MOST_USES = 5
_COMMON = 0.8


@check("PE106", "Test set is large enough")
def is_large_enough(facts: ScoreFacts) -> str | None:
    """Fail for fewer than 30 test rows."""
    rows = facts.evaluation.rows
    return None if rows >= _LEAST_ROWS else f"{rows} test rows are too few for a reliable score."


@check("PE107", "Test set has not been reused often")
def is_fresh(facts: ScoreFacts) -> str | None:
    """Fail from the fifth use of the test rows on."""
    uses = facts.evaluation.holdout_use
    if uses < _MOST_USES:
        return None
    return (
        f"These test rows were used {uses} times: a score selected among many uses is optimistic."
    )


@check("PE108", "Metric suits the class balance")
def metric_suits_balance(facts: ScoreFacts) -> str | None:
    """Fail for accuracy where 80 % of the test rows are of one class."""
    common = facts.evaluation.baseline.get("accuracy")
    if common is None or common.value is None:
        raise NotApplicableError("the target has no classes")
    if facts.spec.metric != "accuracy" or common.value < _COMMON:
        return None
    return (
        f"{common.value:.0%} of the test rows are of one class, so a model that always predicts "
        "it has a high accuracy: choose roc_auc, log_loss or f1_macro."
    )


@check("PE109", "Every class has enough test rows")
def has_every_class(facts: ScoreFacts) -> str | None:
    """Fail for fewer than five test rows of a class."""
    if not facts.trained.classes:
        raise NotApplicableError("the target has no classes")
    rare = [c for c in facts.trained.classes if facts.counts.get(c, 0) < _LEAST_ROWS_OF_CLASS]
    if not rare:
        return None
    shown = ", ".join(f"{c[:40]} ({facts.counts.get(c, 0)})" for c in rare[:5])
    return f"Fewer than {_LEAST_ROWS_OF_CLASS} test rows of: {shown}. Their scores are unreliable."
