"""`pipeweave demo`: the main job on a bundled data set, then predictions."""

import csv
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.commands import predict as predict_command
from pipeweave_dagster.cli.commands import run as run_command
from pipeweave_dagster.cli.commands.demo_all import DATA_SETS, as_text, fill
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.cli.support.show_option import ShowProgress, shown
from pipeweave_dagster.core.errors import not_found

_TARGETS = {
    "penguins": "species",
    "penguins_raw": "Species",
    "breast_cancer": "diagnosis",
    "wine": "cultivar",
    "student_math": "G3",
}
_ROWS_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave demo wine --time-budget 20`")(demo)


def demo(
    example: Annotated[str, typer.Argument(help=f"One of {', '.join(_TARGETS)}.")] = "penguins",
    time_budget: Annotated[
        float, typer.Option(help="Time budget for training, in seconds.", min=1)
    ] = 20,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Fill a new installation with 3 users, data sets, models, predictions and drift.",
        ),
    ] = False,
    progress: ShowProgress = True,
    json: AsJson = False,
) -> None:
    """Run the main job on a bundled example and score its rows with the new model."""
    if everything:
        examples = {name: (example_file(f"{name}.csv"), _TARGETS[name]) for name in DATA_SETS}
        made = fill(examples, time_budget, show=shown(progress=progress, as_json=json))
        emit(made, json, as_text(made))
        return
    if example not in _TARGETS:
        raise not_found(f"There is no example {example!r}.", fix=f"Use {', '.join(_TARGETS)}.")
    file = example_file(f"{example}.csv")
    run_command.run(
        file,
        name=example,
        target=_TARGETS[example],
        time_budget=time_budget,
        progress=progress,
        json=json,
    )
    if json:
        return
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "scored.csv"
        predict_command.score_file(example, file, output)
        with output.open(newline="") as scored:
            rows = [row for _, row in zip(range(_ROWS_SHOWN + 1), csv.reader(scored), strict=False)]
    sys.stdout.write("\nPredictions for the first rows:\n")
    sys.stdout.write(columns(rows[0], rows[1:], width=24) + "\n\n")
    sys.stdout.write("Next: 'pipeweave dev' opens the web UI and watches the landing zone.\n")


def example_file(name: str) -> Path:
    """Return the path of a bundled example, in the installed package or in a checkout.

    Raises:
        PipeWeaveError: NOT_FOUND if this installation has no examples.
    """
    package = Path(str(resources.files("pipeweave_dagster")))
    for folder in (package / "examples", package.parent / "examples"):
        if (folder / name).is_file():
            return folder / name
    raise not_found(f"This installation has no example {name!r}.", fix="Reinstall PipeWeave.")
