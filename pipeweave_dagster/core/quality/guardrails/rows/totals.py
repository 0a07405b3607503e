"""PW609: rows that are sums of other rows."""

from collections.abc import Iterator

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

_LISTED = 10


def check(case: Case) -> Iterator[Hit]:
    """Leave out rows that are sums of the rows above them: totals and subtotals.

    They are no observations, and their numbers are many times as large as those of other rows, so
    a few of them decide an error. The last row must be one, and most of its numbers must be sums.
    """
    if not case.sums:
        return
    rows = case.sums
    one = len(rows) == 1
    places = ", ".join(f"{row + 1:,}" for row in rows[:_LISTED]) + (" …" if rows[_LISTED:] else "")
    found = (
        f"{counted(len(rows), 'row')} {'is a sum' if one else 'are sums'} of the rows above "
        f"{'it' if one else 'them'}, as totals are: row {places} of the table."
    )
    evidence = {"rows": rows[:_LISTED], "count": len(rows)}
    if case.settings.totals == "keep":
        yield Hit(
            "alerted",
            f"{found} The model learns from {'it' if one else 'them'}.",
            evidence=evidence,
            proposal="Where they are no observations, set totals: leave_out.",
            patch={"totals": "leave_out"},
        )
        return
    done = "It is" if one else "They are"
    yield Hit(
        "fixed",
        f"{found} {done} left out of training, and of the other findings and the report.",
        evidence=evidence,
        proposal="To learn from such rows, set totals: keep.",
    )


GUARDRAIL = Guardrail("PW609", "No rows are totals of others", "rows", check)
