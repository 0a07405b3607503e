"""PW403: features that carry the same information."""

import hashlib
from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MAX_VALUES_SHARE = 0.5


def check(case: Case) -> Iterator[Hit]:
    """Alert on features that are one-to-one recodes of an earlier one, missing values included."""
    seen: dict[bytes, Column] = {}
    for column in case.table.features:
        if not 1 < column.distinct <= max(2, MAX_VALUES_SHARE * column.present):
            continue
        key = _recode_key(column)
        if key in seen:
            yield Hit(
                "alerted",
                f"'{column.name[:80]}' carries the same information as '{seen[key].name[:80]}': "
                "their values correspond one to one.",
                [column.name, seen[key].name],
                {"values": column.distinct},
                f"Drop '{column.name}'; it adds no information.",
                drop(column.name),
            )
        else:
            seen[key] = column


def _recode_key(column: Column) -> bytes:
    """Return a hash of the codes renumbered by first appearance: equal for recodes."""
    rows = np.arange(column.rows, dtype=np.int64)
    first = np.full(column.distinct + 1, column.rows, np.int64)
    first[column.codes[::-1]] = rows[::-1]  # the last write, the earliest row, stays
    place = np.empty(column.distinct + 1, np.int32)
    place[np.argsort(first, kind="stable")] = np.arange(column.distinct + 1)
    return hashlib.blake2b(place[column.codes].tobytes(), digest_size=16).digest()


GUARDRAIL = Guardrail("PW403", "Features are not redundant", "duplicates", check)
