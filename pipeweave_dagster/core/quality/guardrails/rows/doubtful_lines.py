"""PW607: lines of the file whose role is in doubt."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

_LISTED = 3
_MOST_TEXT = 60


def check(case: Case) -> Iterator[Hit]:
    """Alert if lines that were left out may be rows, or if the header may be one.

    A title or comment has fewer texts than the table has columns; a line with as many may be a row.
    Of several tables one under another only the first is read.
    """
    snapshot = case.snapshot
    yield from _further_tables(case)
    yield from _merge_conflict(case)
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
    yield from _doubtful_header(case)


def _further_tables(case: Case) -> Iterator[Hit]:
    tables = [line for line in case.snapshot.left_out if line.kind == "another table"]
    if tables:
        texts = "; ".join(f"line {t.line}: '{t.text[:_MOST_TEXT]}'" for t in tables[:_LISTED])
        further = "another table" if len(tables) == 1 else f"{len(tables)} other tables"
        yield Hit(
            "alerted",
            f"Below the first table the file contains {further}, not read ({texts}).",
            evidence={"lines": [t.line for t in tables]},
            proposal="Save each table as a file of its own.",
        )


def _merge_conflict(case: Case) -> Iterator[Hit]:
    markers = [line.line for line in case.snapshot.left_out if line.kind == "merge conflict"]
    if markers:
        listed = ", ".join(map(str, markers[:_LISTED]))
        yield Hit(
            "alerted",
            f"The file has markers of a merge conflict (line {listed}); both sides were read.",
            evidence={"lines": markers},
            proposal="Resolve the conflict, and upload the file again.",
        )


def _doubtful_header(case: Case) -> Iterator[Hit]:
    snapshot = case.snapshot
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
