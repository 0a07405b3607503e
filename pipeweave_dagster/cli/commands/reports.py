"""`pipeweave reports`: the data reports of all versions of a data set."""

from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, day, deliver, emit
from pipeweave_dagster.core.documents import EdaReport
from pipeweave_dagster.services.eda_reports import find_report, list_reports, report_content
from pipeweave_dagster.services.known_datasets import known

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
        facts = list_reports(bench.store, known(bench.store, name))
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
        entry = find_report(bench.store, known(bench.store, name), report, _LISTED)
        document = bench.store.load(entry.document, EdaReport)
        summary = report_content(bench.store, document) if json else {}
        if html:
            deliver(bench.store.payload(document.html), html)
    emit({"report": entry.document, **summary}, json, "\n".join(document.highlights))
