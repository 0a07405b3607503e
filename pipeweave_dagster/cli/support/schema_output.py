"""Print a schema in another format, such as SQL or JSON Schema."""

from typing import Annotated, cast, get_args

import typer

from pipeweave_dagster.cli.support.output import emit
from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.schema.export import Format, export_schema

_FORMATS = get_args(Format)
SchemaFormat = Annotated[
    str | None, typer.Option("--format", help=f"Export format: {', '.join(_FORMATS)}.")
]


def emit_schema(found: SchemaDeduction, name: str, format_: str, *, as_json: bool) -> None:
    """Print a schema in one of the export formats.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for an unknown format.
    """
    if format_ not in _FORMATS:
        raise validation_error(
            f"{format_!r} is not a schema format.", fix=f"Choose one of: {', '.join(_FORMATS)}."
        )
    text = export_schema(found, name, cast("Format", format_))
    emit({"format": format_, "schema": text}, as_json, text)
