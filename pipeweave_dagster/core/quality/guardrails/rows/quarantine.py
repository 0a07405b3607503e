"""PW601: rows that could not be read as the others."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MANY = 0.05


def check(case: Case) -> Iterator[Hit]:
    """Alert on quarantined rows: they are kept aside, counted, and not in any figure."""
    count, read = case.snapshot.rows_quarantined, case.snapshot.rows_read
    if count:
        share = count / max(1, read)
        much = " That is so much that the file was probably read wrongly." if share > MANY else ""
        yield Hit(
            "alerted",
            f"{count:,} of {read:,} rows ({share:.2%}) do not fit the table and were set "
            f"aside.{much}",
            evidence={"rows": count, "read": read, "share": round(share, 6)},
            proposal="Look at the quarantine file of the data set and mend the source.",
        )


GUARDRAIL = Guardrail("PW601", "All rows could be read", "rows", check)
