"""Flatten JSON records to columns, each typed if all its values have one type."""

import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.cell_limit import check_cells
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.formats.arrow_numbers import ArrowArray

_MAX_DEPTH = 5
_EXACT_IN_FLOAT = 2**53


@dataclass
class JsonColumns:
    """The columns of JSON records, in the order in which their names appear.

    Attributes:
        file: Name of the file, for errors.
        limits: Limits on the number of columns and cells.
        values: Values by column name; columns that appear late are shorter than `count` at first.
    """

    file: str
    limits: IngestLimits
    values: dict[str, list[Any]] = field(default_factory=dict)
    count: int = 0
    _half_pairs: int = 0

    def append(self, row: Any) -> None:
        """Append a record: an object, a list of cells, or a single value."""
        for name, value in flatten(row).items():
            column = self.values.get(name)
            if column is None:
                column = self.values[name] = []
                self._check_width()
            column.extend([None] * (self.count - len(column)))
            column.append(value)
        self.count += 1

    def table(self) -> pa.Table:
        """Return the columns as an Arrow table."""
        check_cells(self.file, self.count, [8] * len(self.values), self.limits)
        for column in self.values.values():
            column.extend([None] * (self.count - len(column)))
        arrays = [self._array(column) for column in self.values.values()]
        return pa.table(arrays, names=[_text(name)[0] for name in self.values])

    def notes(self) -> list[str]:
        """Return the notes on values that could not be kept as they are."""
        if not self._half_pairs:
            return []
        texts = counted(self._half_pairs, "text")
        return [f"{texts} with half a surrogate pair (\\ud800 …), which was replaced by U+FFFD."]

    def _check_width(self) -> None:
        if len(self.values) > self.limits.max_columns:
            raise validation_error(
                f"{self.file!r} has more than {self.limits.max_columns:,} different keys.",
                fix="Give all records the same keys.",
            )

    def _array(self, values: list[Any]) -> ArrowArray:
        numbers = _typed(values)
        if numbers is not None:
            return numbers
        texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
        try:
            return pa.array(texts, pa.large_string())
        except UnicodeEncodeError:
            pairs = [(t, False) if t is None else _text(t) for t in texts]
            self._half_pairs += sum(replaced for _, replaced in pairs)
            return pa.array([text for text, _ in pairs], pa.large_string())


def _typed(values: list[Any]) -> ArrowArray | None:
    """Return a typed array if all values have one type that holds them exactly, else None."""
    kinds = {type(v) for v in values if v is not None}
    if kinds == {int, float}:
        if any(type(v) is int and abs(v) > _EXACT_IN_FLOAT for v in values):
            return None
        values = [v if v is None else float(v) for v in values]
    elif kinds not in ({int}, {float}, {bool}):
        return None
    try:
        return pa.array(values)
    except (OverflowError, pa.ArrowInvalid):
        return None


def _text(value: str) -> tuple[str, bool]:
    """Return a text that UTF-8 can hold, and whether it was changed."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), True
    return value, False


def flatten(row: Any) -> dict[str, Any]:
    """Return the values of a record by name; nested objects have dotted names, arrays are texts.

    Example:
        >>> flatten({"a": 1, "b": {"c": [2, 3]}})
        {'a': 1, 'b.c': '[2, 3]'}
    """
    if isinstance(row, list):
        return {f"column_{i + 1}": _leaf(v) for i, v in enumerate(row)}
    if not isinstance(row, dict):
        return {"value": row}
    flat: dict[str, Any] = {}
    _flatten_into(flat, row, "", 1)
    return flat


def _flatten_into(flat: dict[str, Any], row: dict[str, Any], prefix: str, depth: int) -> None:
    for key, value in row.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < _MAX_DEPTH:
            _flatten_into(flat, value, f"{name}.", depth + 1)
            continue
        count = 1
        while name in flat:  # {"a.b": 1, "a": {"b": 2}}
            count += 1
            name = f"{prefix}{key}_{count}"
        flat[name] = _leaf(value)


def _leaf(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
