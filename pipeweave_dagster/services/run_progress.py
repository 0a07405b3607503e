"""How far the last run of a data set is: its stages, and what its search has tried so far."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Manifest
from pipeweave_dagster.core.asset_catalog import activity_of, assets_of, made_with
from pipeweave_dagster.core.documents import TrainedModel, Trial
from pipeweave_dagster.services.live_trials import live_search
from pipeweave_dagster.services.receive import uploads_of
from pipeweave_dagster.settings import Settings

StageState = Literal["done", "reused", "running", "waiting", "failed", "skipped"]
_PICKED_UP_S = 600.0
_MOST_TRIALS = 20


@dataclass(frozen=True)
class RunStage:
    """One stage of a run."""

    name: str
    activity: str
    state: StageState


@dataclass(frozen=True)
class RunProgress:
    """The last run of a data set; `attempt` is None before the first one.

    Attributes:
        attempt: The run.
        stages: In their order.
        trials: Candidates of the search, the best first; the leaderboard once it has ended.
        metric: What they are compared by; empty without candidates.
        waiting: Whether a newer upload or setting waits for its run.
    """

    attempt: Attempt | None
    stages: list[RunStage] = field(default_factory=list)
    trials: list[dict[str, Any]] = field(default_factory=list)
    metric: str = ""
    waiting: bool = False

    @property
    def is_running(self) -> bool:
        """Whether the run is under way."""
        return self.attempt is not None and self.attempt.state == "running"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return not self.is_running and not self.waiting


def progress_of(store: DocumentStore, settings: Settings, dataset: str) -> RunProgress:
    """Return how far the last run of a data set is."""
    attempt = store.attempt(dataset)
    waiting = _waits(store, dataset, attempt)
    if attempt is None:
        return RunProgress(None, waiting=waiting)
    manifest = store.manifest(dataset, attempt.run_id)
    if manifest is None:
        return RunProgress(attempt, waiting=waiting)
    metric, trials = _leaderboard(store, settings, attempt, manifest)
    return RunProgress(attempt, _stages(attempt, manifest), trials, metric, waiting)


def _waits(store: DocumentStore, dataset: str, attempt: Attempt | None) -> bool:
    """Return whether something landed after the run began; what is old has been seen already."""
    seen = max(attempt.started_at, attempt.seen_until) if attempt else 0.0
    since = max(seen, time.time() - _PICKED_UP_S)
    return any(upload.modified > since for upload in uploads_of(store, dataset))


def _stages(attempt: Attempt, manifest: Manifest) -> list[RunStage]:
    first = next(iter(manifest.made), "raw_upload")
    of_job = made_with(first)
    names = [n for job in ("process_dataset", "predict_batch") for n in assets_of(job)]
    stages: list[RunStage] = []
    current = attempt.state == "running"
    for name in (n for n in names if n in of_job):
        state = _state(name, attempt, manifest)
        if state == "waiting" and current:
            state, current = "running", False
        stages.append(RunStage(name, activity_of(name), state))
    return stages


def _state(name: str, attempt: Attempt, manifest: Manifest) -> StageState:
    if name in manifest.made:
        return "done" if manifest.entries[name].run_id == attempt.run_id else "reused"
    if name in manifest.skipped:
        return "skipped"
    if attempt.state == "running":
        return "waiting"
    return "failed" if name == attempt.asset else "skipped"


def _leaderboard(
    store: DocumentStore, settings: Settings, attempt: Attempt, manifest: Manifest
) -> tuple[str, list[dict[str, Any]]]:
    """Return the metric and the candidates, none of them before the search has begun."""
    if "model" in manifest.made:
        model = store.load_entry(manifest.entries, "model", TrainedModel)
        return (model.metric, [_row(trial) for trial in model.leaderboard]) if model else ("", [])
    search = None
    if attempt.state == "running":
        search = live_search(store, settings.cache_folder, manifest)
    return (search.metric, search.trials()[:_MOST_TRIALS]) if search else ("", [])


def _row(trial: Trial) -> dict[str, Any]:
    return {
        "name": trial.name,
        "score": trial.score,
        "state": trial.state,
        "seconds": round(trial.fit_seconds, 1),
    }
