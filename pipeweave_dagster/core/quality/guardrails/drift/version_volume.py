"""PW702: this version has far fewer rows than the one before."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

FEW = 0.5


def check(case: Case) -> Iterator[Hit]:
    """Alert on less than half of the rows of the last version: half an upload, perhaps."""
    before, now = case.previous.snapshot.rows, case.snapshot.rows
    if now < FEW * before:
        yield Hit(
            "alerted",
            f"There are {now:,} rows, {now / before:.0%} of the {before:,} of the last version.",
            [],
            {"rows": now, "before": before},
            "Check that the upload was complete; or set `mode: append` if files add to each other.",
        )


GUARDRAIL = Guardrail("PW702", "This version is complete", "drift", check)
