"""`pipeweave run`: the main job on one file."""

import sys
from typing import Annotated

import typer

from pipeweave_dagster.adapters.process_age import seconds_since_start
from pipeweave_dagster.cli.support.output import AsJson, emit, fail
from pipeweave_dagster.cli.support.read_option import ReadOption, read_settings
from pipeweave_dagster.cli.support.show_option import ShowProgress, shown
from pipeweave_dagster.cli.support.table_file import TableFile
from pipeweave_dagster.core.naming import check_slug, name_of_file

_EXAMPLE = "Example: `pipeweave run titanic.csv --target survived --time-budget 30`"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=_EXAMPLE)(run)


def run(  # noqa: PLR0913, PLR0917 - an option per setting
    file: TableFile,
    name: Annotated[
        str | None, typer.Option(help="Data set; default: derived from the file name.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Column to predict, or none; default: deduced.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Metric to optimize: roc_auc, log_loss, rmse, …")
    ] = None,
    time_budget: Annotated[
        float | None,
        typer.Option(
            help="Time budget of the run in seconds; it ends at most 10 s later. If other programs "
            "keep the processor busy, the budget is extended, to at most double, and the run says "
            "so; all the rest takes longer, too.",
            min=1,
        ),
    ] = None,
    quality: Annotated[
        str | None,
        typer.Option(
            help="fast, medium or best: 20, 60 or 600 seconds, unless --time-budget is given."
        ),
    ] = None,
    train_for: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="accuracy (default), or serving: one model in place of an ensemble if a paired "
            "test on the folds finds no significant difference.",
        ),
    ] = None,
    read: ReadOption = None,
    progress: ShowProgress = True,
    json: AsJson = False,
) -> None:
    """Run the main job on one file: typed data, findings, report, pipeline, registered model."""
    from pipeweave_dagster.cli.support.process_file import process_file
    from pipeweave_dagster.cli.support.run_text import as_text

    given = {
        "target": target,
        "metric": metric,
        "time_budget_s": time_budget,
        "quality": quality,
        "train_for": train_for,
        "read": read_settings(read),
    }
    chosen = {key: value for key, value in given.items() if value is not None}
    dataset = check_slug(name) if name else name_of_file(file.name)
    done = process_file(file, dataset, chosen, show=shown(progress=progress, as_json=json))
    if done.note:
        typer.echo(f"note: {done.note}", err=True)
    done.facts["seconds"] = round(seconds_since_start(), 1)
    emit(done.facts, json, as_text(done.facts))
    if done.error is not None:
        sys.exit(done.error.code.exit_code if json else fail(done.error, as_json=False))
