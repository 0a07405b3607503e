"""Columns with a closed set of values, and how exports name the formats of text."""

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction

_TEXT_FORMATS = {"email": "email", "url": "uri"}


def allowed_values(column: ColumnDeduction, schema: SchemaDeduction) -> list[str] | None:
    """Return all values of an ordinal column or the target's classes; None for an open set."""
    if column.storage != "text" or column.privacy == "mask":
        return None
    if column.name == schema.target.name:
        classes = schema.target.classes
        # Of very many classes only the most frequent are stored.
        return list(classes) if len(classes) == column.distinct else None
    return column.order


def text_format(column: ColumnDeduction) -> str | None:
    """Return the JSON Schema and Table Schema format of a text column, None if it has none."""
    return _TEXT_FORMATS.get(column.type) if column.storage == "text" else None
