"""`pipeweave models`: the registry as PipeWeave sees it."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.commands.datasets import known
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, deliver, emit, plain
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services import training
from pipeweave_dagster.services.model_replay import rebuild
from pipeweave_dagster.services.model_versions import load_version, versions
from pipeweave_dagster.services.overview import score_in_words
from pipeweave_dagster.services.workbench import Workbench

_Name = Annotated[str, typer.Argument(help="Data set.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Registered models and their aliases.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave models ls`")(ls)
    group.command("show", epilog="Example: `pipeweave models show titanic`")(show)
    group.command("promote", epilog="Example: `pipeweave models promote titanic 3`")(promote)
    group.command("rollback", epilog="Example: `pipeweave models rollback titanic`")(rollback)
    group.command("history", epilog="Example: `pipeweave models history titanic`")(history)
    group.command("replay", epilog="Example: `pipeweave models replay titanic`")(replay)
    app.add_typer(group, name="models")


def _rows(bench: Workbench, name: str) -> list[dict[str, Any]]:
    rows = []
    for version in versions(bench.store, name):
        trained, evaluation = load_version(bench.store, name, version)
        rows.append(
            {
                "dataset": name,
                "version": version,
                "winner": trained.winner,
                "score": score_in_words(evaluation),
                "decision": evaluation.promoted,
                "reason": evaluation.promotion_reason,
            }
        )
    return rows


def ls(json: AsJson = False) -> None:
    """Every data set's champion."""
    home.prepare()
    with home.workbench() as bench:
        found = []
        for name in bench.store.datasets():
            rows = _rows(bench, name)
            link = training.champion_link(bench, name) if rows else None
            found += [r for r in rows if link and r["version"] == link.model_version]
    table = [(r["dataset"], r["version"], r["winner"], r["score"] or "-") for r in found]
    emit({"models": found}, json, columns(["data set", "version", "winner", "score"], table))


def show(name: _Name, json: AsJson = False) -> None:
    """The champion of a data set."""
    home.prepare()
    with home.workbench() as bench:
        link, trained = training.champion_of(bench, known(bench.store, name))
        evaluation = load_version(bench.store, name, link.model_version)[1]
    facts = {
        "dataset": name,
        "link": link.model_dump(mode="json"),
        "model": trained.model_dump(mode="json"),
        "evaluation": evaluation.model_dump(mode="json", exclude={"plots"}),
    }
    constant = evaluation.baseline
    scores = [
        (n, *map(_short, (e.value, e.low, e.high, constant[n].value if n in constant else None)))
        for n, e in evaluation.metrics.items()
    ]
    text = f"{link.model_name} version {link.model_version}: {trained.winner} ({trained.verdict})"
    text += f" for {plain(trained.target, 80)}"
    table = columns(["metric", "test", "low", "high", "constant model"], scores)
    emit(facts, json, f"{text}\n\n{table}")


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def promote(
    name: _Name,
    version: Annotated[str, typer.Argument(help="Registered version.")],
    json: AsJson = False,
) -> None:
    """Make a version the champion; the present one becomes `previous`."""
    home.prepare()
    with home.workbench() as bench:
        load_version(bench.store, known(bench.store, name), version)
        training.set_alias(bench, name, version, "champion")
    emit({"dataset": name, "champion": version}, json, f"Version {version} is champion of {name}.")


def rollback(name: _Name, json: AsJson = False) -> None:
    """Make the previous champion the champion again."""
    home.prepare()
    with home.workbench() as bench:
        previous = training.alias_link(bench, known(bench.store, name), "previous")
        if previous is None:
            raise not_found(
                f"{name!r} has no previous champion.", fix="Use 'pipeweave models promote'."
            )
        training.set_alias(bench, name, previous.model_version, "champion")
    version = previous.model_version
    emit({"dataset": name, "champion": version}, json, f"Version {version} is champion of {name}.")


def history(name: _Name, json: AsJson = False) -> None:
    """Every registered version with its score and what was decided about it."""
    home.prepare()
    with home.workbench() as bench:
        rows = _rows(bench, known(bench.store, name))
    table = [
        (r["version"], r["winner"], r["score"] or "-", r["decision"], r["reason"]) for r in rows
    ]
    emit(
        {"dataset": name, "versions": rows},
        json,
        columns(["version", "winner", "score", "decision", "reason"], table),
    )


def replay(
    name: _Name,
    version: Annotated[
        str | None, typer.Option(help="Registered version; else the champion.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where to keep the model file that was fitted again.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Fit a model again from its recipe and compare it with the registered one.

    On the same machine with the same packages both are equal, bit by bit.
    """
    home.prepare()
    with home.workbench() as bench, tempfile.TemporaryDirectory() as folder:
        dataset = known(bench.store, name)
        wanted = version or training.champion_of(bench, dataset)[0].model_version
        found = rebuild(bench, dataset, wanted, Path(folder))
        if output is not None:
            deliver(found.model, output)
    facts = {"dataset": name, **found.model_dump(mode="json", exclude={"model"})}
    moved = [f"\nnote: {n} was {v}" for n, v in found.other_packages.items()]
    same = "equal bit by bit" if found.equal else f"at most {found.max_difference:.3g} apart"
    words = f"Version {wanted} ({found.winner}) fitted again: {same} on {found.rows} test rows."
    emit(facts, json, words + "".join(moved))
