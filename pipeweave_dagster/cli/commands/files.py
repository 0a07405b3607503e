"""`pipeweave ingest`, `schema` and `eda`: single stages on a file, without a run."""

import tempfile
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from pipeweave_dagster.cli.commands.run import readable
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, deliver, emit
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    EdaReport,
    Payload,
    RawFile,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest import IngestLimits, ingest_as_text
from pipeweave_dagster.core.ingest import ingest as ingest_files
from pipeweave_dagster.core.naming import name_of_file
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.schema.export import Format, exported
from pipeweave_dagster.services.workbench import Workbench

_File = Annotated[Path, typer.Argument(help="CSV, TSV, Parquet, JSON, Excel …, also compressed.")]


_FORMATS = get_args(Format)
SchemaFormat = Annotated[
    str | None, typer.Option("--format", help=f"Print it as {', '.join(_FORMATS)}.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: `pipeweave ingest messy.csv --output clean.parquet`")(ingest)
    app.command(epilog="Example: `pipeweave schema titanic.csv --json`")(schema)
    app.command(epilog="Example: `pipeweave eda titanic.csv --html report.html`")(eda)


def ingest(
    file: _File,
    output: Annotated[Path, typer.Option(help="OUT.parquet (typed) or OUT.csv (text as read).")],
    json: AsJson = False,
) -> None:
    """Read any table and write it: typed as Parquet, or as CSV with the text that was read."""
    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    if output.suffix not in {".parquet", ".csv"}:
        raise validation_error(f"{output.name!r} is neither .parquet nor .csv.", fix="Name one.")
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        if output.suffix == ".csv":
            table = bench.on_data(
                ingest_as_text, file=path.absolute(), name=path.name, out=Path(folder)
            )
            facts = table.model_dump(mode="json")
            deliver(Path(folder) / "data.csv", output)
        else:
            snapshot = _snapshot(bench, path, Path(folder))
            facts = snapshot.model_dump(mode="json", exclude={"data", "quarantine"})
            deliver(Path(folder) / snapshot.data.name, output)
    emit({**facts, "output": str(output)}, json, f"Wrote {output}: {facts['rows']:,} rows")


def schema(
    file: _File,
    target: Annotated[str | None, typer.Option(help="Column to predict.")] = None,
    format_: SchemaFormat = None,
    json: AsJson = False,
) -> None:
    """Type, confidence and reason for every column; target and task with a reason."""
    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        _, found = _deduced(bench, path, Path(folder), target)
    if format_ is not None:
        emit_schema(found, name_of_file(path.name), format_, as_json=json)
        return
    rows = [
        (c.name, c.type, c.role, f"{c.confidence:.2f}", c.missing, c.reason) for c in found.columns
    ]
    table = columns(["column", "type", "role", "confidence", "missing", "reason"], rows, width=60)
    text = f"{table}\n\nTarget: {found.target.name or 'none'}: {found.target.reason}"
    emit(found.model_dump(mode="json"), json, text)


def emit_schema(found: SchemaDeduction, name: str, format_: str, *, as_json: bool) -> None:
    """Print a schema in one of other people's languages.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a language that is not known.
    """
    if format_ not in get_args(Format):
        raise validation_error(
            f"{format_!r} is no form of a schema.", fix=f"Choose one of: {', '.join(_FORMATS)}."
        )
    text = exported(found, name, cast("Format", format_))
    emit({"format": format_, "schema": text}, as_json, text)


def eda(
    file: _File,
    html: Annotated[Path | None, typer.Option(help="Write the report as HTML.")] = None,
    target: Annotated[str | None, typer.Option(help="Column to predict.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a summary as Markdown.")] = None,
    samples: Annotated[
        int, typer.Option(min=0, max=50, help="First rows to show; personal columns never are.")
    ] = 0,
    json: Annotated[
        str | None, typer.Option(help="Write the report's JSON to this file ('-': print it).")
    ] = None,
) -> None:
    """The exploratory report of a file."""
    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        snapshot, found = _deduced(bench, path, out, target)
        (out / "report").mkdir()
        report = bench.on_data(
            build_report,
            dataset=name_of_file(path.name), snapshot=snapshot, schema=found,
            data=out / snapshot.data.name, out=out / "report",
            options=ReportOptions(inline_limit_bytes=1 << 40, samples=samples),
        )  # fmt: skip
        if html:
            deliver(out / "report" / report.html.name, html)
    if markdown:
        from pipeweave_dagster.core.eda.markdown_report import summary_markdown

        markdown.write_text(summary_markdown(report.summary or {}), encoding="utf-8")
    _write_summary(report, json)
    if json != "-":
        emit({}, as_json=False, text="\n".join(report.highlights))


def _write_summary(report: EdaReport, target: str | None) -> None:
    import json as json_module

    if target == "-":
        emit(report.summary, as_json=True)
    elif target:
        Path(target).write_text(json_module.dumps(report.summary, indent=1), encoding="utf-8")


def _snapshot(bench: Workbench, path: Path, out: Path) -> DatasetSnapshot:
    payload = Payload.of(path)
    raw = RawFile(name=path.name, sha256=payload.sha256, size_bytes=payload.size_bytes)
    upload = RawUpload(dataset=name_of_file(path.name), files=[raw])
    limits = IngestLimits(max_bytes=bench.settings.max_dataset_bytes)
    files = [path.absolute()]
    return bench.on_data(ingest_files, upload=upload, files=files, out=out, limits=limits)


def _deduced(
    bench: Workbench, path: Path, out: Path, target: str | None
) -> tuple[DatasetSnapshot, SchemaDeduction]:
    snapshot = _snapshot(bench, path, out)
    data, settings = out / snapshot.data.name, DatasetSettings(target=target)
    found = bench.on_data(deduce, snapshot=snapshot, data=data, settings=settings)
    return snapshot, found
