"""`pipeweave models replay`: refit a registered model and compare the predictions."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, deliver, emit
from pipeweave_dagster.services import champion
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_replay import replay_version


def register(group: typer.Typer) -> None:
    """Add the command to the group `models`."""
    group.command("replay", epilog="Example: `pipeweave models replay titanic`")(replay)


def replay(
    name: Annotated[str, typer.Argument(help="Data set.")],
    version: Annotated[
        str | None, typer.Option(help="Registered version; default: the champion.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write the refitted model file here.")] = None,
    json: AsJson = False,
) -> None:
    """Refit a model from its stored recipe and compare its predictions with the registered ones.

    On the same machine with the same package versions they are bit-equal.
    """
    home.prepare()
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        dataset = known(bench.store, name)
        wanted = version or champion.champion_of(bench, dataset).link.model_version
        found = replay_version(bench, dataset, wanted, Path(folder))
        if output is not None:
            deliver(found.model, output)
    facts = {"dataset": name, **found.model_dump(mode="json", exclude={"model"})}
    moved = [f"\nnote: {n} was {v}" for n, v in found.other_packages.items()]
    most = f"{found.max_difference:.3g}"
    same = "are bit-equal to" if found.equal else f"differ by at most {most} from"
    words = f"Refitted version {wanted} ({found.winner}): its predictions for {found.rows} test "
    words += f"rows {same} those of the registered model."
    emit(facts, json, words + "".join(moved))
