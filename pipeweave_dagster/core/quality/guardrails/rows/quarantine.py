"""PW601: quarantined rows."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MANY_SHARE = 0.05


def check(case: Case) -> Iterator[Hit]:
    """Alert on rows that could not be parsed: they are quarantined and not used."""
    count, read = case.snapshot.rows_quarantined, case.snapshot.rows_read
    if count:
        share = count / max(1, read)
        hint = (
            " At this rate, the file was probably parsed incorrectly." if share > MANY_SHARE else ""
        )
        yield Hit(
            "alerted",
            f"{count:,} of {read:,} rows ({share:.2%}) do not fit the table and were "
            f"quarantined.{hint}",
            evidence={"rows": count, "read": read, "share": round(share, 6)},
            proposal="Inspect them with 'pipeweave datasets quarantine NAME', and fix the source.",
        )


GUARDRAIL = Guardrail("PW601", "All rows could be parsed", "rows", check)
