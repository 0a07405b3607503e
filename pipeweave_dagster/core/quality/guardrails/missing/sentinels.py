"""PW302: sentinel numbers for missing values."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.sentinel_values import find_sentinels
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.number_format import number_as_text
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.patch_text import setting_text


def check(case: Case) -> Iterator[Hit]:
    """Alert on a repeated extreme value far from all others, such as -999."""
    sentinel_of = find_sentinels(case.table.columns)
    for column in case.table.columns:
        if column.info.role == "dropped" or column.name not in sentinel_of:
            continue
        value, rows = sentinel_of[column.name]
        patch = {"columns": {column.name: {"missing": [number_as_text(value)]}}}
        yield Hit(
            "alerted",
            f"{counted(rows, 'row', 'have')} the value {number_as_text(value)}, far from all "
            "others; it is probably a sentinel for missing values.",
            [column.name],
            {"value": value, "rows": rows, "share": round(rows / column.rows, 6)},
            f"If so, set {setting_text(patch)}.",
            patch,
        )


GUARDRAIL = Guardrail("PW302", "Missing values are not encoded as numbers", "missing", check)
