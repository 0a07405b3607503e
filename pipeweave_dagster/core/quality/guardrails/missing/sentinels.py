"""PW302: a number that stands for `missing`."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.sentinel_values import sentinels
from pipeweave_dagster.core.columns.value_corrections import value_text
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit


def check(case: Case) -> Iterator[Hit]:
    """Alert on a repeated extreme that stands apart from all other values."""
    found = sentinels(case.table.columns)
    for column in case.table.columns:
        if column.info.role == "dropped" or column.name not in found:
            continue
        value, rows = found[column.name]
        yield Hit(
            "alerted",
            f"{rows:,} rows have the value {value:g}, far from all others; it probably stands "
            "for a missing value.",
            [column.name],
            {"value": value, "rows": rows, "share": round(rows / column.rows, 6)},
            "If so, say so: `columns: {NAME: {missing: [VALUE]}}`.",
            {"columns": {column.name: {"missing": [value_text(value)]}}},
        )


GUARDRAIL = Guardrail("PW302", "No number stands for missing", "missing", check)
