"""PW401: rows that occur more than once."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MANY = 0.05
"""Rows that differ in their identifiers alone are no wonder while they are few."""


def check(case: Case) -> Iterator[Hit]:
    """Count repeated rows, with and without the identifier columns.

    A repeat of a row with many different numbers is a copy; a repeat of a few categories is to be
    expected. The message gives the number that chance would explain only where it explains all.
    """
    columns = case.table.columns
    if not columns or case.table.rows == 0:
        raise NotApplicableError("there are no rows")
    found = case.repeats
    whole, without = found.rows, found.without
    plain = [column for column in columns if column.name not in found.naming]
    if max(whole, without) == 0:
        return
    room = float(np.prod([max(1.0, float(min(c.distinct, 1e6))) for c in plain]))
    expected = room < 100 * case.table.rows
    suspect = whole > 0 or without > MANY * case.table.rows
    advice = "Check that the source does not deliver rows twice."
    ids = "" if len(plain) == len(columns) else f" ({without:,} without identifier columns)"
    yield Hit(
        "alerted" if suspect and not expected else "passed",
        f"{whole:,} rows repeat an earlier row exactly{ids}."
        + (" With so few possible rows that is to be expected." if expected else ""),
        evidence={"rows": whole, "rows_without_identifiers": without},
        proposal=advice if suspect and not expected else "",
    )


GUARDRAIL = Guardrail("PW401", "Rows are different", "duplicates", check)
