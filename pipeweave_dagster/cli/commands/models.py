"""`pipeweave models`: registered model versions and their aliases."""

from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.commands import model_replay
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.known_datasets import known
from pipeweave_dagster.cli.support.model_text import model_line
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services import champion
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version, versions
from pipeweave_dagster.services.overview import champion_and_challenger, score_text
from pipeweave_dagster.services.registry_state import promote_version
from pipeweave_dagster.services.workbench import Workbench

_Name = Annotated[str, typer.Argument(help="Data set.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Registered models: list, show, promote, roll back, replay.", no_args_is_help=True
    )
    group.command("ls", epilog="Example: `pipeweave models ls`")(ls)
    group.command("show", epilog="Example: `pipeweave models show titanic`")(show)
    group.command("promote", epilog="Example: `pipeweave models promote titanic 3`")(promote)
    group.command("rollback", epilog="Example: `pipeweave models rollback titanic`")(rollback)
    group.command("history", epilog="Example: `pipeweave models history titanic`")(history)
    model_replay.register(group)
    app.add_typer(group, name="models")


def _rows(bench: Workbench, name: str) -> list[dict[str, Any]]:
    rows = []
    alias_by_version = _alias_by_version(bench, name)
    for version in versions(bench.store, name):
        found = find_version(bench.store, name, version)
        if found is None:
            continue
        trained, evaluation = found
        rows.append(
            {
                "dataset": name,
                "version": version,
                "alias": alias_by_version.get(version),
                "winner": trained.winner,
                "target": trained.target,
                "score": score_text(evaluation),
                "decision": evaluation.promoted,
                "reason": evaluation.promotion_reason,
            }
        )
    return rows


def _alias_by_version(bench: Workbench, name: str) -> dict[str, str]:
    """Return the current alias of each version; the champion's if it has several."""
    aliases = aliases_of(bench.store, name)
    order = [alias for alias in ("previous", "challenger", "champion") if alias in aliases]
    return {aliases[alias]: alias for alias in order}


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
            for row in _rows(bench, name):
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


def promote(
    name: _Name,
    version: Annotated[str, typer.Argument(help="Registered version, such as 3.")],
    json: AsJson = False,
) -> None:
    """Make a version the champion; the current champion becomes `previous`."""
    home.prepare()
    with home.workbench() as bench:
        promote_version(bench, known(bench.store, name), version)
    emit(
        {"dataset": name, "champion": version},
        json,
        f"Version {version} is now the champion of {name}.",
    )


def rollback(name: _Name, json: AsJson = False) -> None:
    """Make the previous champion the champion again."""
    home.prepare()
    with home.workbench() as bench:
        previous = champion.with_alias(bench, known(bench.store, name), "previous")
        if previous.current is None:
            raise not_found(
                f"{name!r} has no previous champion. {previous.note}".strip(),
                fix="Use 'pipeweave models promote'.",
            )
        version = previous.current.link.model_version
        promote_version(bench, name, version)
    emit(
        {"dataset": name, "champion": version},
        json,
        f"Version {version} is now the champion of {name}.",
    )


def history(name: _Name, json: AsJson = False) -> None:
    """List every registered version with its score, current alias and promotion decision."""
    home.prepare()
    with home.workbench() as bench:
        rows = _rows(bench, known(bench.store, name))
    table = [
        (
            r["version"],
            r["alias"] or "-",
            r["winner"],
            r["score"] or "-",
            r["decision"],
            r["reason"],
        )
        for r in rows
    ]
    emit(
        {"dataset": name, "versions": rows},
        json,
        columns(["version", "alias", "winner", "score", "decision", "reason"], table),
    )
