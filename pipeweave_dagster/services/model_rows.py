"""The registered versions of a data set, one row each, and the champions of all data sets."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services import champion
from pipeweave_dagster.services.alias_history import moves_of
from pipeweave_dagster.services.champion import Registered
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version, load_version, versions
from pipeweave_dagster.services.overview import champion_and_challenger, score_text
from pipeweave_dagster.services.workbench import Workbench


def model_rows(bench: Workbench, name: str) -> list[dict[str, Any]]:
    """Return every version in this storage with its score, current alias and decision."""
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


def list_champions(
    bench: Workbench, may_see: Callable[[str], bool] = lambda _: True
) -> list[dict[str, Any]]:
    """Return the champion of every data set that has one, with its challenger."""
    models: list[dict[str, Any]] = []
    for name in filter(may_see, bench.store.datasets()):
        if not versions(bench.store, name):
            continue
        current = champion.find_champion(bench, name).current
        if current is None:
            continue
        challenger = champion_and_challenger(bench.store, name)[1]
        beside = challenger.model_dump(mode="json") if challenger else None
        models += [
            row | {"challenger": beside}
            for row in model_rows(bench, name)
            if row["version"] == current.link.model_version
        ]
    return models


def registered(bench: Workbench, dataset: str, version: str | None) -> Registered:
    """Return a version with its documents; the champion if none is named.

    Raises:
        PipeWeaveError: NOT_FOUND if the version is not in this storage, or there is no champion.
    """
    if version is None:
        return champion.champion_of(bench, dataset)
    trained, evaluation = load_version(bench.store, dataset, version)
    if trained.mlflow is None:
        raise not_found(
            f"Version {version} of the model of {dataset!r} is in no registry.",
            fix="Run the data set again.",
        )
    return Registered(trained.mlflow, trained, evaluation)


def registered_facts(dataset: str, version: Registered) -> dict[str, Any]:
    """Return the documents of a registered version, without its plots."""
    return {
        "dataset": dataset,
        "link": version.link.model_dump(mode="json"),
        "model": version.trained.model_dump(mode="json"),
        "evaluation": version.evaluation.model_dump(mode="json", exclude={"plots"}),
    }


def history_facts(bench: Workbench, dataset: str) -> dict[str, Any]:
    """Return every version with its decision, and every move of an alias, the oldest first."""
    return {
        "dataset": dataset,
        "versions": model_rows(bench, dataset),
        "moves": [move.model_dump(mode="json") for move in moves_of(bench.store, dataset)],
    }
