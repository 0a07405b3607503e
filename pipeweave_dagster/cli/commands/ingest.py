"""`pipeweave ingest`: convert a file to typed Parquet, or to CSV of its texts, without a run."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, deliver, emit
from pipeweave_dagster.cli.support.read_option import ReadOption, read_setting
from pipeweave_dagster.cli.support.table_file import TableFile
from pipeweave_dagster.cli.support.uploads import readable
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.ingest import IngestLimits, ingest_as_text
from pipeweave_dagster.core.output_paths import refuse_input, refuse_suffix
from pipeweave_dagster.services.file_stages import read_table
from pipeweave_dagster.services.reading_text import reading_lines


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave ingest messy.csv --output clean.parquet`")(ingest)


def ingest(
    file: TableFile,
    output: Annotated[
        Path, typer.Option(help="OUT.parquet (typed) or OUT.csv (the values as text).")
    ],
    read: ReadOption = None,
    json: AsJson = False,
) -> None:
    """Convert a table to typed Parquet, or to UTF-8 CSV of its rows as texts, footer included."""
    settings, given = home.prepare(), DatasetSettings(read=read_setting(read))
    path = readable(file, settings.max_dataset_bytes)
    refuse_suffix(output, [".parquet", ".csv"])
    refuse_input(output, path)
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        if output.suffix.casefold() == ".csv":
            table = bench.on_files(
                [path],
                ingest_as_text,
                file=path.absolute(),
                name=path.name,
                out=Path(folder),
                read=given.read,
                limits=IngestLimits.for_files([path], settings.max_dataset_bytes),
            )
            facts = table.model_dump(mode="json")
            deliver(Path(folder) / "data.csv", output)
        else:
            snapshot = read_table(bench, path, Path(folder), given)
            facts = snapshot.model_dump(mode="json", exclude={"data", "quarantine"})
            deliver(Path(folder) / snapshot.data.name, output)
    lines = [f"Wrote {output}: {counted(facts['rows'], 'row')}", *reading_lines(facts)]
    emit({**facts, "output": str(output)}, json, "\n".join(lines))
