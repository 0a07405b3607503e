"""`pipeweave reports`: the data reports of all versions of a data set."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.known_datasets import known
from pipeweave_dagster.cli.support.output import AsJson, columns, day, deliver, emit
from pipeweave_dagster.core.documents import EdaReport
from pipeweave_dagster.services.dataset_versions import documents_of, find_version

_LISTED = "pipeweave reports ls"


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Data reports of all versions.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave reports ls titanic`")(ls)
    group.command("show", epilog="Example: `pipeweave reports show titanic --html report.html`")(
        show
    )
    app.add_typer(group, name="reports")


def ls(name: Annotated[str, typer.Argument(help="Data set.")], json: AsJson = False) -> None:
    """List the data reports of a data set, newest first."""
    home.prepare()
    with home.workbench() as bench:
        found = _reports(bench.store, known(bench.store, name))
        facts: list[dict[str, Any]] = [
            {"report": entry.document, "run_id": entry.run_id, "made_at": entry.made_at,
             "rows": report.rows, "columns": report.columns}
            for entry in found
            if (report := bench.store.load(entry.document, EdaReport))
        ]  # fmt: skip
    rows = [
        (f["report"][:12], day(f["made_at"]), f["run_id"][:8], f["rows"], f["columns"])
        for f in facts
    ]
    text = columns(["report", "made at", "run", "rows", "columns"], rows)
    emit({"dataset": name, "reports": facts}, json, text)


def show(
    name: Annotated[str, typer.Argument(help="Data set.")],
    report: Annotated[
        str | None, typer.Argument(help="Report id or its first characters; default: the newest.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report as HTML to this file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Print the highlights of a report; with `--json` its full content."""
    home.prepare()
    with home.workbench() as bench:
        entry = find_version(
            _reports(bench.store, known(bench.store, name)), name, "report", report, _LISTED
        )
        document = bench.store.load(entry.document, EdaReport)
        summary = _summary(bench.store, document) if json else {}
        if html:
            deliver(bench.store.payload(document.html), html)
    emit({"report": entry.document, **summary}, json, "\n".join(document.highlights))


def _reports(store: DocumentStore, name: str) -> list[Entry]:
    return documents_of(store, name, "eda_report")


def _summary(store: DocumentStore, document: EdaReport) -> dict[str, Any]:
    from pipeweave_dagster.core.eda.report import read_summary

    beside = document.summary_file
    return read_summary(document, store.payload(beside) if beside else None)
