"""PW702: this version has far fewer rows than the previous one."""

from collections.abc import Iterator

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MIN_SHARE = 0.5


def check(case: Case) -> Iterator[Hit]:
    """Alert on fewer than half of the previous rows: perhaps an incomplete upload."""
    before, now = case.previous.snapshot.rows, case.snapshot.rows
    if now < MIN_SHARE * before:
        yield Hit(
            "alerted",
            f"It has {counted(now, 'row')}, {now / before:.0%} of the {before:,} in the previous "
            "version.",
            [],
            {"rows": now, "before": before},
            "Check that the upload was complete, or set mode: append if files accumulate.",
        )


GUARDRAIL = Guardrail("PW702", "Row count has not dropped sharply", "drift", check)
