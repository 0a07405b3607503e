"""PW607: lines of the file whose role is in doubt."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

_LISTED = 3
_MOST_TEXT = 60


def check(case: Case) -> Iterator[Hit]:
    """Alert if a line that was left out may be a row, or if the header may be one.

    A title or comment has fewer texts than the table has columns; a line with as many may be a row.
    """
    snapshot = case.snapshot
    width = len(snapshot.columns)
    rows = [
        line
        for line in snapshot.left_out
        if line.kind in {"title", "comment"} and line.fields >= max(2, width)
    ]
    if rows:
        texts = "; ".join(f"line {r.line}: '{r.text[:_MOST_TEXT]}'" for r in rows[:_LISTED])
        yield Hit(
            "alerted",
            f"{len(rows)} lines that were left out have as many texts as the table has columns "
            f"({texts})." if len(rows) > 1 else
            f"A line that was left out has as many texts as the table has columns ({texts}).",
            evidence={"lines": [r.line for r in rows]},
            proposal="If they are rows, set read: {skip: 0, header: 0}, with the true numbers.",
        )  # fmt: skip
    doubt = snapshot.dialect.doubt
    if doubt:
        message, _, proposal = doubt.partition(" If so, ")
        yield Hit(
            "alerted",
            message,
            evidence={"header_rows": snapshot.dialect.header_rows or 0},
            proposal=f"If so, {proposal}",
        )


GUARDRAIL = Guardrail("PW607", "The layout of the file is certain", "rows", check)
