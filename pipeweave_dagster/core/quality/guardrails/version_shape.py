"""PW702: this version has other columns, or far fewer rows, than the one before."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.stored import Stored
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

FEW = 0.5


def check(case: Case) -> Iterator[Hit]:
    """Alert on columns that are gone and on less than half of the rows: half an upload, perhaps."""
    before, now = (Stored(path) for path in case.versions)
    gone = [name for name in before.names if name not in now]
    if gone:
        listed = ", ".join(f"'{name[:60]}'" for name in gone[:5])
        yield Hit(
            "alerted",
            f"{len(gone)} columns of the last version are gone: {listed}.",
            [],
            {"gone": gone[:100]},
            "Check that the source still delivers them.",
        )
    if now.rows < FEW * before.rows:
        yield Hit(
            "alerted",
            f"There are {now.rows:,} rows, {now.rows / before.rows:.0%} of the {before.rows:,} of "
            "the last version.",
            [],
            {"rows": now.rows, "before": before.rows},
            "Check that the upload was complete; or set `mode: append` if files add to each other.",
        )


GUARDRAIL = Guardrail("PW702", "This version is complete", "drift", check)
