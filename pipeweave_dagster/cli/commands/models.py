"""`pipeweave models`: registered model versions and their aliases."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.commands import model_promotion, model_replay
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.known_datasets import known
from pipeweave_dagster.cli.support.model_rows import model_rows
from pipeweave_dagster.cli.support.model_text import model_line
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.services import champion
from pipeweave_dagster.services.model_versions import versions
from pipeweave_dagster.services.overview import champion_and_challenger

_Name = Annotated[str, typer.Argument(help="Data set.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Registered models: list, show, promote, roll back, replay.", no_args_is_help=True
    )
    group.command("ls", epilog="Example: `pipeweave models ls`")(ls)
    group.command("show", epilog="Example: `pipeweave models show titanic`")(show)
    model_promotion.register(group)
    model_replay.register(group)
    app.add_typer(group, name="models")


def ls(json: AsJson = False) -> None:
    """List the champion of every data set, and its challenger."""
    home.prepare()
    models, table = [], []
    with home.workbench() as bench:
        for name in bench.store.datasets():
            if not versions(bench.store, name):
                continue
            current = champion.find_champion(bench, name).current
            if current is None:
                continue
            challenger = champion_and_challenger(bench.store, name)[1]
            beside = challenger.model_dump(mode="json") if challenger else None
            for row in model_rows(bench, name):
                if row["version"] == current.link.model_version:
                    models.append(row | {"challenger": beside})
                    line = model_line(challenger, row["target"])
                    table.append((name, row["version"], row["winner"], row["score"] or "-", line))
    header = ["data set", "version", "winner", "score", "challenger"]
    emit({"models": models}, json, columns(header, table, width=80))


def show(name: _Name, json: AsJson = False) -> None:
    """Show the champion of a data set with its test scores."""
    home.prepare()
    with home.workbench() as bench:
        current = champion.champion_of(bench, known(bench.store, name))
    link, trained, evaluation = current.link, current.trained, current.evaluation
    facts = {
        "dataset": name,
        "link": link.model_dump(mode="json"),
        "model": trained.model_dump(mode="json"),
        "evaluation": evaluation.model_dump(mode="json", exclude={"plots"}),
    }
    baseline = evaluation.baseline
    scores = [
        (n, *map(_short, (e.value, e.low, e.high, baseline[n].value if n in baseline else None)))
        for n, e in evaluation.metrics.items()
    ]
    text = f"{link.model_name} version {link.model_version}: {trained.winner} ({trained.verdict})"
    text += f" for {plain(trained.target, 80)}"
    table = columns(["metric", "test", "low", "high", "baseline"], scores)
    emit(facts, json, f"{text}\n\n{table}")


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
