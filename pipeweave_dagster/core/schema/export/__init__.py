"""The schema in other people's languages."""

import json
from typing import Literal

from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster.core.schema.export.frictionless import table_schema
from pipeweave_dagster.core.schema.export.json_schema import json_schema
from pipeweave_dagster.core.schema.export.pandera import pandera_yaml
from pipeweave_dagster.core.schema.export.sql import sql_ddl

Format = Literal["json-schema", "sql", "frictionless", "pandera"]

__all__ = ["Format", "exported", "json_schema", "pandera_yaml", "sql_ddl", "table_schema"]


def exported(schema: SchemaDeduction, name: str, format_: Format) -> str:
    """The schema as the text of a file.

    Args:
        schema: What the columns mean.
        name: Title of the schema, and name of the SQL table.
        format_: One of `Format`.
    """
    if format_ == "sql":
        return sql_ddl(schema, name)
    if format_ == "pandera":
        return pandera_yaml(schema, name)
    data = json_schema(schema, name) if format_ == "json-schema" else table_schema(schema, name)
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
