"""Rows one or more levels down: `[{"station": "X", "readings": [{...}, {...}, ...]}]`.

Services for measurements, prices and statistics write a few objects, each with the list of its
observations. The observations are the rows; what stands around them is repeated in each row.
"""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.formats.json_inner_lists import inner_lists, inner_rows

_LEAST_PER_RECORD = 5
_FEW_RECORDS = 20
_MOST_LEVELS = 4
_SHOWN = 8
_SAMPLE = 200


@dataclass(frozen=True)
class Nested:
    """The rows in the lists of records.

    Attributes:
        path: Keys of the list, with dots.
        rows: The rows of all lists, each with the values around it.
        owners: For each row the record (from 0) that holds it.
        around: Names of the values that are repeated.
        left: Paths of the values that are not read.
        empty: Number of records without a row.
    """

    path: str
    rows: list[Any]
    owners: list[int]
    around: list[str]
    left: list[str]
    empty: int

    def note(self) -> str:
        """Return the note on where the rows are, and what became of the rest."""
        around = _listed(self.around)
        beside = f", with the values around them: {around}" if around else ""
        empty = f" {counted(self.empty, 'record')} without any left out." if self.empty else ""
        left = f" Beside the rows there is also: {_listed(self.left)}." if self.left else ""
        return (
            f"The rows are {counted(len(self.rows), 'record')} in the lists {self.path[:120]!r}"
            f"{beside}.{empty}{left}"
        )


def nested_records(records: list[Any], expected: tuple[str, ...] = ()) -> Nested | None:
    """Return the rows in a list that each record holds, if these rather than the records are rows.

    That is so for few records with many rows each. In a batch to predict the names of the training
    table decide.

    Args:
        records: The records.
        expected: Names of the columns of the training table, for a batch to predict.

    Example:
        >>> readings = [{"t": i, "v": i * 2} for i in range(5)]
        >>> found = nested_records([{"station": "X", "readings": readings}])
        >>> found.rows[1]
        {'station': 'X', 't': 1, 'v': 2}
        >>> found.note()
        "The rows are 5 records in the lists 'readings', with the values around them: 'station'."
    """
    found = None
    if expected or _may_hold_the_rows(records):
        found = _deepest(records, _MOST_LEVELS)
    if found is None:
        return None
    if expected:
        own = {name for row in islice(found.rows, _SHOWN) for name in row} - {*found.around}
        return found if found.path not in expected and own & {*expected} else None
    return found if _holds_the_rows(len(found.rows), len(records)) else None


def doubt_of_nested(records: list[Any]) -> str | None:
    """Return a note on lists of many rows in the records, where the records stay the rows."""
    head = records[:_SAMPLE]
    found = _deepest(head, _MOST_LEVELS)
    if found is None or len(found.rows) < _LEAST_PER_RECORD * len(head):
        return None
    each = len(found.rows) // len(head)
    return (
        f"In doubt: each record is a row, but its list in {found.path[:120]!r}, kept as one JSON "
        f"text, has about {each:,} records, which may be the rows. If so, write them as rows, as "
        "`pandas.json_normalize` does with `record_path`."
    )


def _may_hold_the_rows(records: list[Any]) -> bool:
    """Return whether the first records, of which few are many, hold rows enough."""
    head = records[:_SAMPLE]
    found = _deepest(head, _MOST_LEVELS) if len(records) > len(head) else None
    return len(records) <= len(head) or (
        found is not None and _holds_the_rows(len(found.rows), len(head))
    )


def _holds_the_rows(rows: int, records: int) -> bool:
    each = rows / records
    return each >= _LEAST_PER_RECORD and (records < _FEW_RECORDS or each >= records)


def _deepest(records: list[Any], levels: int) -> Nested | None:
    """Return the largest list of rows in the records, looked for in the lists as well."""
    paths = inner_lists(records)
    found = [nested for path in paths if (nested := _within(records, path, levels)) is not None]
    if not found:
        return None
    best, *others = sorted(found, key=lambda nested: -len(nested.rows))
    if others and 2 * len(others[0].rows) > len(best.rows) and len(records) > 1:
        return None  # two lists of rows: neither is what the records are about
    return best


def _within(records: list[Any], path: str, levels: int) -> Nested | None:
    """Return the rows of the lists at a path, or of the lists in these if those are more."""
    inner = inner_rows(records, path)
    if inner is None:
        return None
    rows, owners, around, left = inner
    empty = len(records) - len({*owners})
    found = Nested(path, rows, owners, around, left, empty)
    deeper = _deepest(rows, levels - 1) if levels > 1 else None
    if deeper is None or not _holds_the_rows(len(deeper.rows), len(rows)):
        return found
    return replace(
        deeper,
        path=f"{path}.{deeper.path}",
        owners=[owners[i] for i in deeper.owners],
        left=[*left, *deeper.left],
        empty=empty + deeper.empty,
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(repr(name[:60]) for name in names[:_SHOWN]) + more
