"""PW704: this version ends earlier in time than the one before."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.parquet_columns import Stored
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError


def check(case: Case) -> Iterator[Hit]:
    """Alert where the newest date is older than that of the last version: an old file, perhaps."""
    before = Stored(case.previous.data)
    columns = [c for c in case.table.columns if c.info.storage in {"date", "datetime"}]
    shared = [c for c in columns if c.name in before and c.distinct and not c.info.pii]
    if not shared:
        raise NotApplicableError("there are no dates to compare")
    for column in shared:
        newest = before.newest(column.name)
        if newest is None or column.numbers is None:
            continue
        days = (newest - float(column.numbers[-1])) / 86_400.0
        if days > 0:
            yield Hit(
                "alerted",
                f"Its newest value is {days:,.1f} days older than that of the last version.",
                [column.name],
                {"days": round(days, 3)},
                "Check that this is the newest file of the source.",
            )


GUARDRAIL = Guardrail("PW704", "This version is newer than the last", "drift", check)
