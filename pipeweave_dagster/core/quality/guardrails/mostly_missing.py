"""PW301: columns that are mostly or wholly empty."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MOSTLY = 0.5


def check(case: Case) -> Iterator[Hit]:
    """Alert on columns with more missing rows than values."""
    rows = case.table.rows
    for info in case.table.infos:
        if info.role != "feature" or rows == 0 or info.missing <= MOSTLY * rows:
            continue
        empty = info.missing >= rows
        yield Hit(
            "fixed" if empty else "alerted",
            "The column is empty; it is left out."
            if empty
            else f"{info.missing:,} of {rows:,} rows ({info.missing / rows:.1%}) are missing.",
            [info.name],
            {"missing": info.missing, "share": round(info.missing / rows, 6)},
            "Leave it out, unless that it is missing means something.",
            drop(info.name),
        )


GUARDRAIL = Guardrail("PW301", "Columns have values", "missing", check)
