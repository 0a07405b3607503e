"""Export the schema in the formats of other tools."""

import json
from typing import Literal

from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster.core.schema.export.frictionless import table_schema
from pipeweave_dagster.core.schema.export.json_schema import json_schema
from pipeweave_dagster.core.schema.export.pandera import pandera_yaml
from pipeweave_dagster.core.schema.export.sql import sql_ddl

Format = Literal["json-schema", "sql", "frictionless", "pandera"]

__all__ = ["Format", "export_schema", "json_schema", "pandera_yaml", "sql_ddl", "table_schema"]


def export_schema(schema: SchemaDeduction, name: str, format_: Format) -> str:
    """Export the schema as the text of a file.

    Args:
        schema: The schema.
        name: Title of the schema, and name of the SQL table.
        format_: One of `Format`.

    Example:
        >>> from pipeweave_dagster.core.documents import ColumnDeduction, TargetDeduction
        >>> column = ColumnDeduction(
        ...     name="zip code", type="categorical", storage="text", role="feature",
        ...     confidence=0.9, reason="30 distinct values.", distinct=30, missing=0,
        ... )
        >>> none = TargetDeduction(name=None, task=None, confidence=0, source="none", reason="")
        >>> print(export_schema(SchemaDeduction(columns=[column], target=none), "people", "sql"))
        CREATE TABLE "people" (
          "zip code" VARCHAR NOT NULL
        );
        <BLANKLINE>
    """
    if format_ == "sql":
        return sql_ddl(schema, name)
    if format_ == "pandera":
        return pandera_yaml(schema, name)
    data = json_schema(schema, name) if format_ == "json-schema" else table_schema(schema, name)
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
