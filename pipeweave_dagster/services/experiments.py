"""The experiments of a data set: every registered training with its leaderboard."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.web_links import mlflow_urls
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version, versions
from pipeweave_dagster.services.overview import score_text
from pipeweave_dagster.services.tracking import experiment_name
from pipeweave_dagster.settings import Settings


def list_experiments(
    store: DocumentStore, may_see: Callable[[str], bool] = lambda _: True
) -> list[dict[str, Any]]:
    """Return one row per data set with a registered model."""
    rows = []
    for name in filter(may_see, store.datasets()):
        known = versions(store, name)
        if known:
            facts = {"dataset": name, "experiment": experiment_name(name)}
            rows.append(facts | {"trainings": len(known), "newest": known[-1]})
    return rows


def experiment_facts(
    store: DocumentStore, dataset: str, settings: Settings, last: int
) -> dict[str, Any]:
    """Return the last trainings of a data set, newest first, each with its trials.

    Args:
        store: Documents and records.
        dataset: The data set.
        settings: Where MLflow's pages are.
        last: How many trainings at most.
    """
    of_version = {version: alias for alias, version in aliases_of(store, dataset).items()}
    runs = []
    for version in reversed(versions(store, dataset)[-last:]):
        found = find_version(store, dataset, version)
        if found is None:
            continue
        trained, evaluation = found
        runs.append(
            {
                "version": version,
                "alias": of_version.get(version),
                "winner": trained.winner,
                "metric": trained.metric,
                "score": score_text(evaluation),
                "used_s": trained.used_s,
                "trials": [trial.model_dump(mode="json") for trial in trained.leaderboard],
                "links": mlflow_urls(trained.mlflow, settings) if trained.mlflow else {},
            }
        )
    return {"dataset": dataset, "experiment": experiment_name(dataset), "trainings": runs}
