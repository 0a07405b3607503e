"""Export the schema as JSON Schema of a row."""

from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction
from pipeweave_dagster.core.schema.export.allowed_values import allowed_values, text_format

_JSON: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "time"},
    "text": {"type": "string"},
}


def json_schema(schema: SchemaDeduction, title: str) -> dict[str, Any]:
    """Return a JSON Schema (2020-12) that every row satisfies; missing values are null."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {c.name: _property(c, schema) for c in schema.columns},
        "required": [c.name for c in schema.columns],
        "additionalProperties": False,
    }


def _property(column: ColumnDeduction, schema: SchemaDeduction) -> dict[str, Any]:
    property_ = dict(_JSON[column.storage])
    property_["description"] = column.reason
    if format_ := text_format(column):
        property_["format"] = format_
    if allowed := allowed_values(column, schema):
        property_["enum"] = [*allowed, None] if column.missing else list(allowed)
    if column.missing:
        property_["type"] = [property_["type"], "null"]
    return property_
