"""Documents of MongoDB as columns: flattened, the union of all fields, no value lost."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from bson import Binary, DatetimeMS, Decimal128, ObjectId
from bson.json_util import RELAXED_JSON_OPTIONS, dumps

from pipeweave_dagster.core.errors import validation_error

_EXACT_IN_FLOAT = 1 << 53
_MOST_COLUMNS = 5000
_MAX_DEPTH = 20
_TYPES: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.timestamp("ms", "UTC"),
    "binary": pa.binary(),
}


@dataclass
class FieldColumn:
    """One field, at any depth: the types of its values, and its largest whole number."""

    name: str
    kinds: Counter[str] = field(default_factory=Counter)
    largest: int = 0

    @property
    def type(self) -> pa.DataType:
        """The Arrow type that holds all its values; text where they have several types."""
        found = set(self.kinds)
        if found == {"integer", "number"} and self.largest <= _EXACT_IN_FLOAT:
            return pa.float64()
        return _TYPES.get(next(iter(found)), pa.string()) if len(found) == 1 else pa.string()

    @property
    def mixed(self) -> str | None:
        """What to note about values of several types; None if they have one type."""
        if len(self.kinds) < 2 or self.type == pa.float64():
            return None
        kinds = " and ".join(sorted(self.kinds))
        return f"values of {self.name!r}, which holds {kinds}, stored as text"

    def add(self, value: Any) -> None:
        """Take note of a value."""
        kind = _kind(value)
        self.kinds[kind] += 1
        if kind == "integer":
            self.largest = max(self.largest, abs(value))

    def array(self, values: Sequence[Any]) -> Any:
        """Return values as the column's type."""
        type_ = self.type
        if pa.types.is_string(type_):
            return pa.array([None if v is None else _text(v) for v in values], type_)
        if pa.types.is_timestamp(type_):
            return pa.array([_milliseconds(v) for v in values], pa.int64()).cast(type_)
        return pa.array(values, type_)


class FieldColumns:
    """All fields that were seen, in the order of their first value."""

    def __init__(self) -> None:
        self.by_name: dict[str, FieldColumn] = {}

    def add(self, document: Mapping[str, Any]) -> None:
        """Take note of a document.

        Raises:
            PipeWeaveError: VALIDATION_ERROR for more than 5,000 fields.
        """
        for name, value in flattened(document):
            if name not in self.by_name:
                if len(self.by_name) >= _MOST_COLUMNS:
                    raise validation_error(
                        f"The collection has more than {_MOST_COLUMNS:,} different fields.",
                        fix="Keep what differs by document in an array or under fewer names.",
                    )
                self.by_name[name] = FieldColumn(name)
            if value is not None:
                self.by_name[name].add(value)

    def schema(self) -> pa.Schema:
        """Return the Arrow schema; fields without any value are text."""
        return pa.schema([(column.name, column.type) for column in self.by_name.values()])

    def batch(self, documents: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
        """Return documents as a batch."""
        rows = [dict(flattened(document)) for document in documents]
        arrays = [c.array([row.get(c.name) for row in rows]) for c in self.by_name.values()]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema())


def flattened(
    document: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> Iterator[tuple[str, Any]]:
    r"""Yield the values of a document, those of inner documents under dotted names.

    A dot that belongs to a name is written `\.`. Arrays and empty documents are values.

    Example:
        >>> list(flattened({"a": {"b": 1, "c": {}}, "d": [1]}))
        [('a.b', 1), ('a.c', {}), ('d', [1])]
    """
    for key, value in document.items():
        name = prefix + key.replace("\\", "\\\\").replace(".", "\\.")
        if isinstance(value, Mapping) and value and depth < _MAX_DEPTH:
            yield from flattened(value, f"{name}.", depth + 1)
        else:
            yield name, value


def _kind(value: Any) -> str:
    """Return the type of a value, in words."""
    kinds: tuple[tuple[Any, str], ...] = (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "text"),
        ((dt.datetime, DatetimeMS), "date"),
        (Decimal128, "decimal"),
        (ObjectId, "id"),
        (uuid.UUID, "uuid"),
        (bytes, "binary"),
        (list, "array"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "document")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, ObjectId | Decimal128 | uuid.UUID):
        return str(value)
    return dumps(value, json_options=RELAXED_JSON_OPTIONS, ensure_ascii=False)


def _milliseconds(value: Any) -> int | None:
    return None if value is None else int(DatetimeMS(value))


def plain_binary(value: Any) -> Any:
    """Return binary values as bytes, whatever their subtype."""
    return bytes(value) if isinstance(value, Binary) else value
