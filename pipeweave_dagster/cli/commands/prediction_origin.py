"""`pipeweave predictions trace`: from a prediction back to a line of a file."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.prediction_origin import RowOrigin, trace_row


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Predictions of batches, and where they come from.", no_args_is_help=True
    )
    group.command("trace", epilog="Example: `pipeweave predictions trace titanic july.csv 17`")(
        trace
    )
    group.callback()(_keep_name)
    app.add_typer(group, name="predictions")


def _keep_name() -> None:
    # With a callback, an only command is still called by its name.
    pass


def trace(
    name: Annotated[str, typer.Argument(help="Data set.")],
    batch: Annotated[str, typer.Argument(help="Batch: the file below predict/NAME/, or its name.")],
    row: Annotated[int, typer.Argument(help="`row_id` of the prediction.", min=0)],
    version: Annotated[
        str | None, typer.Option(help="Version of the model; default: the last that scored it.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the line of the file that a prediction was made of, and the origin of its model."""
    home.prepare()
    with home.workbench() as bench:
        found = trace_row(bench, known(bench.store, name), batch, row, version)
    emit(found.model_dump(mode="json"), json, _text(found))


def _text(found: RowOrigin) -> str:
    origin = found.origin
    facts = [
        ("prediction", ", ".join(f"{k}={v}" for k, v in found.prediction.items() if v is not None)),
        ("file", f"{origin.file.name}, {origin.file.key}"),
        ("line", str(found.place.line)),
        ("cells", ", ".join(f"{k}={v}" for k, v in found.place.values.items() if v is not None)),
        ("scored by", f"run {origin.run_id}"),
        ("model", f"{origin.model_name} version {origin.model_version}"),
        ("trained by", f"run {found.training_run_id or 'unknown: it was not kept'}"),
        *(("on", f"{file.name}, {file.key}") for file in found.uploads),
    ]
    return "\n".join(f"{label:>10}  {plain(text)}" for label, text in facts)
