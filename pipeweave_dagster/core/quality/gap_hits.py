"""What the guardrails say about a measured gap between a random split and an honest one."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents import SplitGap
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Hit
from pipeweave_dagster.core.quality.patch_text import setting_text

_REFUSED = "To keep the random split, set split: {random: true}."


def gap_hits(case: Case, kind: str) -> Iterator[Hit]:
    """Yield a hit per tested column of a kind.

    It is fixed where the rows are split by the column for that reason, an alert where the gap is
    significant and they are not, and passed otherwise.
    """
    for gap in case.split_gaps:
        if gap.kind == kind:
            yield _hit(gap, case)


def _hit(gap: SplitGap, case: Case) -> Hit:
    message, evidence = f"{_consequence(gap, case)} {gap.sentence}", gap.model_dump(mode="json")
    patch = {"split": {gap.kind: gap.column}}
    if gap.used:
        return Hit("fixed", message, [gap.column], evidence, _otherwise(gap, case), patch)
    if gap.significant:
        proposal = f"If new rows are of that kind, set {setting_text(patch)}."
        return Hit("alerted", message, [gap.column], evidence, proposal, patch)
    return Hit("passed", message, [gap.column], evidence)


def _otherwise(gap: SplitGap, case: Case) -> str:
    """Say how to split where new rows are not of the kind that the gap is about."""
    times = [other.column for other in case.split_gaps if other.kind == "time"]
    if gap.kind == "time" or not times:
        return _REFUSED
    setting = setting_text({"split": {"time": times[0]}})
    return f"If new rows are later ones of the same groups, set {setting}. {_REFUSED}"


def _consequence(gap: SplitGap, case: Case) -> str:
    new = "later rows" if gap.kind == "time" else "rows of other groups"
    if gap.used:
        chosen = "the latest rows are" if gap.kind == "time" else "whole groups are"
        return f"A random split would promise too much for {new}, so {chosen} the test rows."
    if not gap.significant:
        if gap.low > 0:
            return f"The gap for {new} is too small or too uncertain to divide the rows by it."
        return f"A random split is not optimistic for {new}."
    if case.settings.split.random:
        return f"The settings ask for a random split, so the score is optimistic for {new}."
    return (
        f"Test rows are chosen by '{case.split_gaps[0].column[:80]}', where the gap is larger, so "
        f"the score may be optimistic for {new}."
    )
