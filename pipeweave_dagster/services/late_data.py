"""Late uploads, models and predictions as observations for the alerts."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.alerts import Observation
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.freshness import late_of
from pipeweave_dagster.settings import Settings

_PARTS = ("uploads", "model", "predictions")


def late_observations(store: DocumentStore, settings: Settings, now: float) -> list[Observation]:
    """Return for each part of each data set whether it is late; reads a few records of each."""
    found: list[Observation] = []
    for name in store.datasets():
        with contained(name):
            late = {part.part: part.text for part in late_of(store, name, settings, now)}
            found += [
                Observation(
                    kind="stale",
                    subject=part,
                    at=now,
                    dataset=name,
                    ok=part not in late,
                    severity="warning",
                    text=late.get(part, ""),
                )
                for part in _PARTS
            ]
    return found
