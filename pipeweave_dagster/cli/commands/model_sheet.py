"""`pipeweave models sheet`: what is known about leakage of a model, from evidence alone."""

from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.chosen_version import chosen_version
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.services.info_sheet import sheet_of


def register(group: typer.Typer) -> None:
    """Add the command."""
    epilog = "Example: `pipeweave models sheet titanic --output sheet.md`"
    group.command("sheet", epilog=epilog)(sheet)


def sheet(
    name: Annotated[str, typer.Argument(help="Data set.")],
    version: Annotated[
        str | None, typer.Option("--version", help="Model version; default: the champion.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write the sheet to this file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Answer the eight types of leakage for a model, with its overrides and what is unknown."""
    home.prepare()
    with home.workbench() as bench:
        dataset, wanted = chosen_version(bench.store, name, version)
        text = sheet_of(bench.store, dataset, wanted)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    facts = {"dataset": dataset, "version": wanted, "sheet": text}
    emit(facts, json, f"Written to {output}." if output else text)
