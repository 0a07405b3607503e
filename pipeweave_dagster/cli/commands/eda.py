"""`pipeweave eda`: the exploratory report of a file, without a run."""

import json as json_module
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import deliver, emit
from pipeweave_dagster.cli.support.read_option import ReadOption, read_setting
from pipeweave_dagster.cli.support.table_file import TableFile
from pipeweave_dagster.cli.support.uploads import readable
from pipeweave_dagster.core.documents import DatasetSettings, EdaReport
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.naming import name_of_file
from pipeweave_dagster.core.output_paths import refuse_input
from pipeweave_dagster.services.file_stages import deduce_schema
from pipeweave_dagster.services.reading_text import reading_lines


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave eda titanic.csv --html report.html`")(eda)


def eda(
    file: TableFile,
    html: Annotated[Path | None, typer.Option(help="Write the report as HTML.")] = None,
    target: Annotated[str | None, typer.Option(help="Column to predict.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a summary as Markdown.")] = None,
    samples: Annotated[
        int,
        typer.Option(
            min=0, max=50, help="Number of first rows to show; personal columns stay hidden."
        ),
    ] = 0,
    read: ReadOption = None,
    json: Annotated[
        str | None, typer.Option(help="Write the report as JSON to this file ('-': print it).")
    ] = None,
) -> None:
    """Write an exploratory data analysis (EDA) report of a file and print its highlights."""
    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    for output in (html, markdown, json if json != "-" else None):
        refuse_input(output, path)
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        given = DatasetSettings(target=target, read=read_setting(read))
        snapshot, found = deduce_schema(bench, path, out, given)
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
        lines = [*report.highlights, *reading_lines(snapshot.model_dump(mode="json"))]
        emit({}, as_json=False, text="\n".join(lines))


def _write_summary(report: EdaReport, target: str | None) -> None:
    if target == "-":
        emit(report.summary, as_json=True)
    elif target:
        Path(target).write_text(json_module.dumps(report.summary, indent=1), encoding="utf-8")
