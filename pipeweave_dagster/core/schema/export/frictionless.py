"""Export the schema as a Table Schema (Frictionless Data)."""

from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction
from pipeweave_dagster.core.schema.export.allowed_values import allowed_values, text_format

_TYPES = {"text": "string"}  # the other types have the same names


def table_schema(schema: SchemaDeduction, title: str) -> dict[str, Any]:
    """Return a Table Schema (version 1) that the data satisfies; an empty field is missing."""
    return {
        "title": title,
        "fields": [_field(column, schema) for column in schema.columns],
        "missingValues": [""],
    }


def _field(column: ColumnDeduction, schema: SchemaDeduction) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not column.missing}
    if allowed := allowed_values(column, schema):
        constraints["enum"] = list(allowed)
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.storage, column.storage),
        "description": column.reason,
        "constraints": constraints,
    }
    if format_ := text_format(column):
        field["format"] = format_
    return field
