"""The schema as SQL DDL of the table."""

import re

from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster.core.schema.export.closed import closed_set

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
    """A CREATE TABLE statement of standard SQL; names and values are quoted, whatever they hold."""
    lines = []
    for column in schema.columns:
        name = _quoted(column.name)
        line = f"  {name} {_SQL[column.storage]}{'' if column.missing else ' NOT NULL'}"
        allowed = closed_set(column, schema)
        if allowed:
            line += f" CHECK ({name} IN ({', '.join(map(_text, allowed))}))"
        lines.append(line)
    return f"CREATE TABLE {_quoted(table)} (\n" + ",\n".join(lines) + "\n);\n"


def _quoted(name: str) -> str:
    clean = re.sub(r"[\x00-\x1f]", " ", name)
    return '"' + clean.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
