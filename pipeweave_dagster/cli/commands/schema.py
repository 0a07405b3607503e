"""`pipeweave schema`: deduce the schema of a file, without a run."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.cli.support.read_option import ReadOption, read_setting
from pipeweave_dagster.cli.support.schema_output import SchemaFormat, emit_schema
from pipeweave_dagster.cli.support.table_file import TableFile
from pipeweave_dagster.cli.support.uploads import readable
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.naming import name_of_file
from pipeweave_dagster.services.file_stages import deduce_schema
from pipeweave_dagster.services.reading_text import reading_lines


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave schema titanic.csv --json`")(schema)


def schema(
    file: TableFile,
    target: Annotated[str | None, typer.Option(help="Column to predict.")] = None,
    read: ReadOption = None,
    format_: SchemaFormat = None,
    json: AsJson = False,
) -> None:
    """Deduce type, role, confidence and reason of each column, and the target and task."""
    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        given = DatasetSettings(target=target, read=read_setting(read))
        snapshot, found = deduce_schema(bench, path, Path(folder), given)
    if format_ is not None:
        emit_schema(found, name_of_file(path.name), format_, as_json=json)
        return
    rows = [
        (c.name, c.type, c.role, f"{c.confidence:.2f}", c.missing, c.reason) for c in found.columns
    ]
    table = columns(["column", "type", "role", "confidence", "missing", "reason"], rows, width=60)
    notes = reading_lines(snapshot.model_dump(mode="json"))
    target_line = f"Target: {plain(found.target.name or 'none')}: {plain(found.target.reason)}"
    text = "\n".join([table, "", target_line, *notes])
    emit(found.model_dump(mode="json"), json, text)
