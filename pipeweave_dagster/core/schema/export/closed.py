"""Which columns have a closed set of values, so that another value is a mistake."""

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction


def closed_set(column: ColumnDeduction, schema: SchemaDeduction) -> list[str] | None:
    """All texts that a column may hold: an ordinal's degrees, the target's classes; else None."""
    if column.storage != "text":
        return None
    if column.name == schema.target.name:
        classes = schema.target.classes
        # Very many classes are kept by their commonest ones only.
        return list(classes) if len(classes) == column.distinct else None
    return column.order
