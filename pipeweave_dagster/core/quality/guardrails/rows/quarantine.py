"""PW601: quarantined rows."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MANY_SHARE = 0.05


def check(case: Case) -> Iterator[Hit]:
    """Alert on rows that could not be parsed; what is recognised as a note below them is none."""
    snapshot = case.snapshot
    count, read = snapshot.rows_quarantined - snapshot.notes_quarantined, snapshot.rows_read
    if count:
        share = count / max(1, read)
        many = share > MANY_SHARE
        hint = (
            " So many suggest that the rows are right, and that the file is read in the wrong way:"
            " with another delimiter, quote, header or column type."
            if many
            else ""
        )
        yield Hit(
            "alerted",
            f"{count:,} of {read:,} rows ({share:.2%}) do not fit the table and were "
            f"quarantined.{hint}",
            evidence={"rows": count, "read": read, "share": round(share, 6)},
            proposal="Look at the lines and reasons with 'pipeweave datasets quarantine NAME'. "
            + (
                "If most have the same reason, set how the file is read in pipeweave.yaml: "
                "read: {delimiter: ..., header: ...}, or columns: {NAME: {type: text}}."
                if many
                else "Correct these lines in the file, and upload it again."
            ),
        )


GUARDRAIL = Guardrail("PW601", "All rows could be parsed", "rows", check)
