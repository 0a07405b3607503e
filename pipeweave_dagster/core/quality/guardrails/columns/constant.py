"""PW501: columns with one value only."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

NEARLY = 0.999


def check(case: Case) -> Iterator[Hit]:
    """Name constant columns (left out) and nearly constant ones (kept, but rarely of use)."""
    for column in case.table.columns:
        setting = case.settings.columns.get(column.name)
        if column.info.role == "target" or column.present == 0 or (setting and setting.drop):
            continue
        top = int(column.counts.max())
        if column.distinct == 1 and not column.missing:
            yield Hit(
                "fixed",
                "Every row has the same value; it is left out.",
                [column.name],
                {"distinct": 1},
                "Nothing needs to be done.",
                drop(column.name),
            )
        elif top >= NEARLY * column.rows and top < column.rows:
            yield Hit(
                "alerted",
                f"{top:,} of {column.rows:,} rows have the same value.",
                [column.name],
                {"rows": top, "share": round(top / column.rows, 6)},
                "Leave it out unless the rare values matter.",
                drop(column.name),
            )


GUARDRAIL = Guardrail("PW501", "Columns vary", "columns", check)
