"""The schema as a Table Schema of Frictionless Data."""

from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction
from pipeweave_dagster.core.schema.export.closed import closed_set

_TYPES = {"text": "string"}  # all others bear PipeWeave's own names
_FORMATS = {"email": "email", "url": "uri"}


def table_schema(schema: SchemaDeduction, title: str) -> dict[str, Any]:
    """A Table Schema (version 1) that the table satisfies; an empty field is a missing value."""
    return {
        "title": title,
        "fields": [_field(column, schema) for column in schema.columns],
        "missingValues": [""],
    }


def _field(column: ColumnDeduction, schema: SchemaDeduction) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not column.missing}
    allowed = closed_set(column, schema)
    if allowed:
        constraints["enum"] = list(allowed)
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.storage, column.storage),
        "description": column.reason,
        "constraints": constraints,
    }
    if column.type in _FORMATS and column.storage == "text":
        field["format"] = _FORMATS[column.type]
    return field
