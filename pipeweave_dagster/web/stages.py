"""The assets of a data set as the page lists them, with links into Dagster."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote

from pipeweave_dagster.adapters.state import Attempt, Entry
from pipeweave_dagster.core.asset_catalog import OF_DATASETS
from pipeweave_dagster.settings import Settings


@dataclass
class Stage:
    """One asset: when it was materialized, and why it is stale, if it is."""

    name: str
    url: str
    made_at: str = ""
    stale: str = ""


def stages_of(
    dataset: str, entries: dict[str, Entry], stale: dict[str, str], settings: Settings
) -> list[Stage]:
    """Return every asset in its order, made or not.

    Args:
        dataset: The data set, which is the partition.
        entries: The documents that exist.
        stale: Why an asset is stale, for those that are.
        settings: The address of Dagster.
    """
    base = settings.dagster_url.rstrip("/")
    stages = []
    for name in OF_DATASETS:
        stage = Stage(name, f"{base}/assets/{name}?partition={quote(dataset, safe='')}")
        if name in entries:
            made = dt.datetime.fromtimestamp(entries[name].made_at, dt.UTC)
            stage.made_at = made.strftime("%Y-%m-%d %H:%M")
        stage.stale = stale.get(name, "")
        stages.append(stage)
    return stages


def run_url(attempt: Attempt | None, settings: Settings) -> str:
    """Return the address of a run in Dagster, or an empty string if there was none."""
    if attempt is None:
        return ""
    return f"{settings.dagster_url.rstrip('/')}/runs/{quote(attempt.run_id, safe='')}"
