"""`pipeweave ingest`: how a file is read, and typed Parquet or CSV of its texts, without a run."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, deliver, emit
from pipeweave_dagster.cli.support.read_option import ReadOption, read_setting
from pipeweave_dagster.cli.support.table_file import TableFile
from pipeweave_dagster.cli.support.uploads import readable
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.ingest import IngestLimits, ingest_as_text
from pipeweave_dagster.core.output_paths import refuse_input, refuse_suffix
from pipeweave_dagster.services.file_stages import read_table
from pipeweave_dagster.services.reading_text import left_out_lines, reading_lines


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave ingest messy.csv`")(ingest)


def ingest(
    file: TableFile,
    output: Annotated[
        Path | None, typer.Option(help="OUT.parquet (typed) or OUT.csv (the values as text).")
    ] = None,
    read: ReadOption = None,
    json: AsJson = False,
) -> None:
    """Show how a table is read; convert it to typed Parquet, or to CSV of its texts.

    The CSV is UTF-8. Notes below a table of text stay in it; those of a workbook are left out.
    """
    settings, given = home.prepare(), DatasetSettings(read=read_setting(read))
    path = readable(file, settings.max_dataset_bytes)
    if output is not None:
        refuse_suffix(output, [".parquet", ".csv"])
        refuse_input(output, path)
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        if output is not None and output.suffix.casefold() == ".csv":
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
            if output is not None:
                deliver(Path(folder) / snapshot.data.name, output)
    rows = counted(facts["rows"], "row")
    lines = [f"Wrote {output}: {rows}"] if output else [*_column_lines(facts), "", rows]
    lines += [*reading_lines(facts), *left_out_lines(facts.get("left_out", []))]
    emit({**facts, **({"output": str(output)} if output else {})}, json, "\n".join(lines))


def _column_lines(snapshot: dict[str, Any]) -> list[str]:
    """Return name, type, unit and number of missing values of each column."""
    rows = [(c["name"], c["type"], c["unit"], c["missing"]) for c in snapshot["columns"]]
    return columns(["column", "type", "unit", "missing"], rows).split("\n")
