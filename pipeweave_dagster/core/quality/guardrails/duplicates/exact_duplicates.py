"""PW401: duplicate rows."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_SHARE = 0.05
"""A smaller share of rows that differ only in their identifiers is to be expected."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on duplicate rows, counted with and without the identifier columns.

    A repeated row of many different numbers is a copy. Where few combinations of values are
    possible, repeats are expected and the finding passes.
    """
    columns = case.table.columns
    if not columns or case.table.rows == 0:
        raise NotApplicableError("there are no rows")
    exact, without_ids = case.duplicates.rows, case.duplicates.without_identifiers
    described = [column for column in columns if column.name not in case.duplicates.identifiers]
    if max(exact, without_ids) == 0:
        return
    combinations = float(np.prod([max(1.0, float(min(c.distinct, 1e6))) for c in described]))
    expected = combinations < 100 * case.table.rows
    suspicious = exact > 0 or without_ids > MAX_SHARE * case.table.rows
    yield Hit(
        "alerted" if suspicious and not expected else "passed",
        _counted(exact, without_ids if len(described) < len(columns) else None)
        + (" With so few possible combinations of values, this is expected." if expected else ""),
        evidence={"rows": exact, "rows_without_identifiers": without_ids},
        proposal="Check that the source does not deliver rows twice."
        if suspicious and not expected
        else "",
    )


def _counted(exact: int, without_ids: int | None) -> str:
    """Return how many rows repeat an earlier one, as a whole or but for their identifiers."""
    what = "is an exact duplicate" if exact == 1 else "are exact duplicates"
    copies = f"{counted(exact, 'row')} {what} of an earlier row"
    if without_ids is None:
        return f"{copies}."
    similar = counted(without_ids, "row", "repeat an earlier row except for identifier columns")
    return f"{copies}; {similar}." if exact else f"{similar}."


GUARDRAIL = Guardrail("PW401", "Rows are unique", "duplicates", check)
