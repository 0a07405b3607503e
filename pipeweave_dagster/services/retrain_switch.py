"""When each data set is retrained, and the switch in its `pipeweave.yaml`."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.retrain_texts import facts_of
from pipeweave_dagster.services.retraining import retrain_state
from pipeweave_dagster.services.settings_file import Written, write_settings
from pipeweave_dagster.services.zone_listing import list_zone
from pipeweave_dagster.settings import Settings


def list_retraining(
    store: DocumentStore,
    settings: Settings,
    now: float,
    may_see: Callable[[str], bool] = lambda _: True,
) -> list[dict[str, Any]]:
    """Return one row per data set with a model: whether, by what rule and when it is retrained.

    Args:
        store: Documents and records.
        settings: The rules of all data sets.
        now: In seconds since 1970.
        may_see: Which data sets are listed.
    """
    rows, listing = [], list_zone(store)
    for name in filter(may_see, store.datasets()):
        with contained(name):
            state = retrain_state(store, name, settings, now, listing)
            if state is not None:
                rows.append(facts_of(name, state, now))
    return rows


def switch_retraining(
    store: DocumentStore, dataset: str, *, enabled: bool, reason: str = ""
) -> Written:
    """Write `retrain: {enabled: ...}` into the settings of a data set; comments are kept."""
    patch = {"retrain": {"enabled": enabled}}
    return write_settings(store, dataset, patch, action="schedule", reason=reason)
