"""The schema as JSON Schema of a row."""

from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction
from pipeweave_dagster.core.schema.export.closed import closed_set

_JSON: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "time"},
    "text": {"type": "string"},
}
_FORMATS = {"email": "email", "url": "uri"}


def json_schema(schema: SchemaDeduction, title: str) -> dict[str, Any]:
    """A JSON Schema (2020-12) that every row of the data satisfies; missing values are null."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {c.name: _property(c, schema) for c in schema.columns},
        "required": [c.name for c in schema.columns],
        "additionalProperties": False,
    }


def _property(column: ColumnDeduction, schema: SchemaDeduction) -> dict[str, Any]:
    found = dict(_JSON[column.storage])
    found["description"] = column.reason
    if column.type in _FORMATS and column.storage == "text":
        found["format"] = _FORMATS[column.type]
    allowed = closed_set(column, schema)
    if allowed:
        found["enum"] = [*allowed, None] if column.missing else list(allowed)
    if column.missing:
        found["type"] = [found["type"], "null"]
    return found
