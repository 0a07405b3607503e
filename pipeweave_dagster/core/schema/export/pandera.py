"""Export the schema as YAML for Pandera (`pandera.DataFrameSchema.from_yaml`)."""

from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction
from pipeweave_dagster.core.schema.export.allowed_values import allowed_values

_TYPES = {
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
    "time": "string",
    "text": "string",
}


def pandera_yaml(schema: SchemaDeduction, title: str) -> str:
    """Return YAML for Pandera; values are coerced to the column's type before they are checked."""
    import yaml

    content = {
        "schema_type": "dataframe",
        "name": title,
        "columns": {c.name: _column(c, schema) for c in schema.columns},
        "checks": None,
        "index": None,
        "dtype": None,
        "coerce": True,
        "strict": True,
        "ordered": False,
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _column(column: ColumnDeduction, schema: SchemaDeduction) -> dict[str, Any]:
    allowed = allowed_values(column, schema)
    return {
        "title": None,
        "description": column.reason,
        "dtype": _TYPES[column.storage],
        "nullable": column.missing > 0,
        "checks": {"isin": list(allowed)} if allowed else None,
        "unique": False,
        "coerce": True,
        "required": True,
        "regex": False,
    }
