"""PW704: this version ends earlier in time than the previous one."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.parquet_columns import ParquetColumns
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError


def check(case: Case) -> Iterator[Hit]:
    """Alert if the latest date is older than in the previous version: perhaps an old file."""
    previous = ParquetColumns(case.previous.data)
    columns = [c for c in case.table.columns if c.info.storage in {"date", "datetime"}]
    shared = [c for c in columns if c.name in previous and c.distinct and not c.info.pii]
    if not shared:
        raise NotApplicableError("there are no date columns to compare")
    for column in shared:
        newest = previous.newest(column.name)
        if newest is None or column.numbers is None:
            continue
        days = (newest - float(column.numbers[-1])) / 86_400.0
        if days > 0:
            yield Hit(
                "alerted",
                f"Its latest value is {days:,.1f} days older than in the previous version.",
                [column.name],
                {"days": round(days, 3)},
                "Check that this is the latest file from the source.",
            )


GUARDRAIL = Guardrail("PW704", "Data is newer than in the previous version", "drift", check)
