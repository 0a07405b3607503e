"""Export the schema as SQL DDL."""

import re

from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster.core.ingest.base.sql_quoting import identifier, literal
from pipeweave_dagster.core.schema.export.allowed_values import allowed_values

_SQL = {
    "integer": "BIGINT",
    "number": "DOUBLE PRECISION",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
    "text": "VARCHAR",
}


def sql_ddl(schema: SchemaDeduction, table: str) -> str:
    """Return a CREATE TABLE statement of standard SQL, with quoted names and values."""
    lines = []
    for column in schema.columns:
        name = _quoted(column.name)
        line = f"  {name} {_SQL[column.storage]}{'' if column.missing else ' NOT NULL'}"
        allowed = allowed_values(column, schema)
        if allowed:
            line += f" CHECK ({name} IN ({', '.join(map(literal, allowed))}))"
        lines.append(line)
    return f"CREATE TABLE {_quoted(table)} (\n" + ",\n".join(lines) + "\n);\n"


def _quoted(name: str) -> str:
    return identifier(re.sub(r"[\x00-\x1f]", " ", name))
