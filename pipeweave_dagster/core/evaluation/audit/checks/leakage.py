"""Checks for leakage: inside the pipeline, through a column, or through a split."""

from pipeweave_dagster.core.evaluation.audit.checks.registry import (
    NotApplicableError,
    ScoreFacts,
    check,
)
from pipeweave_dagster.core.training.data.group_hints import hinted_group
from pipeweave_dagster.core.training.data.split_keys import COPIES_ON_BOTH_SIDES

_DOMINANT = 0.8
_BESIDE = 0.05
"""Largest importance of any other column, as a share of the dominant one's."""
_NEARLY_PERFECT = {"roc_auc": 0.995, "accuracy": 0.99, "r2": 0.99, "f1_macro": 0.99}


@check("PE101", "Preprocessing is fitted inside the folds")
def fits_inside_folds(facts: ScoreFacts) -> str | None:
    """Fail where the leak canary tripped."""
    canary = facts.evaluation.canary
    if canary is None or canary.state == "cannot tell":
        raise NotApplicableError(canary.message if canary else "the leak canary was not run")
    return canary.message if canary.state == "tripped" else None


@check("PE110", "No single column explains a nearly perfect score")
def no_column_explains_all(facts: ScoreFacts) -> str | None:
    """Fail where a nearly perfect score rests on one column and no other is near it."""
    perfect = _nearly_perfect(facts)
    if perfect is not None:
        facts.require("importances")
    sizes = {c: max(e.value or 0.0, 0.0) for c, e in facts.evaluation.importance.items()}
    total = sum(sizes.values())
    if perfect is None or total == 0 or len(sizes) < 2:
        return None
    column, size = max(sizes.items(), key=lambda item: item[1])
    second = max(value for name, value in sizes.items() if name != column)
    if size / total < _DOMINANT or second > _BESIDE * size:
        return None
    return f"{perfect}, and `{column[:60]}` alone explains it: does this column contain the target?"


def _nearly_perfect(facts: ScoreFacts) -> str | None:
    for name, bound in _NEARLY_PERFECT.items():
        found = facts.evaluation.metrics.get(name)
        if found is not None and found.value is not None and found.value >= bound:
            return f"{name} is {found.value:.4g}"
    return None


@check("PE111", "Split respects time")
def split_respects_time(facts: ScoreFacts) -> str | None:
    """Fail where guardrail PW603 alerts."""
    return facts.alert("PW603")


@check("PE112", "Split keeps groups together")
def split_keeps_groups(facts: ScoreFacts) -> str | None:
    """Fail where PW604 alerts, or training noted groups of a column that PW604 did not measure."""
    found = facts.findings.findings if facts.findings else []
    measured = {name for each in found if each.code == "PW604" for name in each.columns}
    hinted = ((hinted_group(note), note) for note in facts.trained.notes)
    hints = (note for name, note in hinted if name is not None and name not in measured)
    return facts.alert("PW604") or next(hints, None)


@check("PE113", "No row is in both the training and the test set")
def sides_are_disjoint(facts: ScoreFacts) -> str | None:
    """Fail where guardrail PW605 alerts, or most rows are copies of others."""
    notes = (note for note in facts.trained.notes if COPIES_ON_BOTH_SIDES in note)
    return facts.alert("PW605") or next(notes, None)


@check("PE114", "No leakage finding was overridden")
def no_leakage_overridden(facts: ScoreFacts) -> str | None:
    """Fail where a user overrode a finding of the group `leakage`."""
    for found in facts.findings.of_group("leakage") if facts.findings else []:
        if found.overridden is not None:
            columns = ", ".join(found.columns[:3])
            return f"{found.code} was overridden, and the model uses {columns}: {found.overridden}"
    return None
