"""The schema in other people's languages: JSON Schema of a row, and SQL DDL of the table."""

import re
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction

_JSON: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "time"},
    "text": {"type": "string"},
}
_SQL = {
    "integer": "BIGINT",
    "number": "DOUBLE PRECISION",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
    "text": "VARCHAR",
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
    allowed = column.order
    if column.name == schema.target.name and column.storage == "text":
        allowed = schema.target.classes or None
    if allowed:
        found["enum"] = [*allowed, None] if column.missing else list(allowed)
    if column.missing:
        found["type"] = [found["type"], "null"]
    return found


def sql_ddl(schema: SchemaDeduction, table: str) -> str:
    """A CREATE TABLE statement of standard SQL; names are quoted, whatever they contain."""
    lines = [
        f"  {_quoted(c.name)} {_SQL[c.storage]}{'' if c.missing else ' NOT NULL'}"
        for c in schema.columns
    ]
    return f"CREATE TABLE {_quoted(table)} (\n" + ",\n".join(lines) + "\n);\n"


def _quoted(name: str) -> str:
    clean = re.sub(r"[\x00-\x1f]", " ", name)
    return '"' + clean.replace('"', '""') + '"'
