"""Checks of the model: what was searched, its columns and its importances."""

from pipeweave_dagster.core.evaluation.audit.checks.registry import (
    NotApplicableError,
    ScoreFacts,
    check,
)

_SIMPLE_FAMILIES = {"dummy", "linear", "ensemble"}
_ROWS_PER_COLUMN = 3


@check("PE104", "Search went beyond linear models")
def searched_beyond_linear(facts: ScoreFacts) -> str | None:
    """Fail where other families were tried, and none of their fits succeeded.

    A budget that suffices for linear models only, or `families` that name no others, is a choice:
    the model's notes say what there was no time for.
    """
    trials = facts.trained.leaderboard
    tried = {t.family for t in trials if t.score is not None}
    if tried - _SIMPLE_FAMILIES:
        return None
    simple = "linear models have" if tried - {"dummy"} else "the constant model has"
    crashed = {t.family for t in trials if t.state == "failed"} - _SIMPLE_FAMILIES
    if crashed:
        return f"Only {simple} a score: every fit of {', '.join(sorted(crashed))} failed."
    raise NotApplicableError(
        f"only {simple} a score within the budget and the `families` of the settings"
    )


@check("PE116", "There are enough training rows per column")
def has_enough_rows(facts: ScoreFacts) -> str | None:
    """Fail for fewer than three training rows per column."""
    rows, columns = facts.trained.rows_train, len(facts.spec.features)
    if rows >= _ROWS_PER_COLUMN * columns:
        return None
    return f"{columns} columns for {rows} training rows: some will relate to the target by chance."


@check("PE117", "Importances are stable across training rows")
def importances_are_stable(facts: ScoreFacts) -> str | None:
    """Fail where models trained on different rows rank the columns differently."""
    found = facts.evaluation.stability
    if found is None:
        facts.require("stability of importances")
        raise NotApplicableError("the model has no parts whose importances can be compared")
    if found.readable:
        return None
    return (
        f"{found.models} {found.by}, trained on different rows, rank the columns differently (rank "
        f"correlation {found.correlation:.2f}): the importances are unreliable."
    )
