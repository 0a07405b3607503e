"""PW501: constant and nearly constant columns."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

NEARLY_CONSTANT = 0.999


def check(case: Case) -> Iterator[Hit]:
    """Drop constant columns; alert on nearly constant ones, which are rarely useful."""
    for column in case.table.columns:
        setting = case.settings.columns.get(column.name)
        if column.info.role == "target" or column.present == 0 or (setting and setting.drop):
            continue
        top = int(column.counts.max())
        if column.distinct == 1 and not column.missing:
            yield Hit(
                "fixed",
                "Every row has the same value, so it is not used.",
                [column.name],
                {"distinct": 1},
                "No action needed.",
                drop(column.name),
            )
        elif top >= NEARLY_CONSTANT * column.rows and top < column.rows:
            yield Hit(
                "alerted",
                f"{top:,} of {column.rows:,} rows have the same value.",
                [column.name],
                {"rows": top, "share": round(top / column.rows, 6)},
                "Drop it unless the rare values matter.",
                drop(column.name),
            )


GUARDRAIL = Guardrail("PW501", "Columns are not constant", "columns", check)
