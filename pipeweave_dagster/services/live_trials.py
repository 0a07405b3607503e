"""The leaderboard of a search that is still going on, from its log on this machine."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from pipeweave_dagster.adapters.state import DocumentStore, Manifest
from pipeweave_dagster.core.documents import DatasetSnapshot, MetricName, PipelineSpec, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.metrics.live_rank import live_rank
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version
from pipeweave_dagster.services.trial_cache import TRIALS_FILE, trials_path
from pipeweave_dagster.settings import Settings

_MOST_BYTES = 4 << 20


class LiveSearch(NamedTuple):
    """Where a search that is going on writes its log.

    Attributes:
        metric: What candidates are compared by.
        files: The log is one of these, the one that was written last.
        began: When its run began, in seconds since 1970; earlier searches are in the log, too.
        folds: How many folds a candidate has in the end.
    """

    metric: MetricName
    files: list[Path]
    began: float = 0.0
    folds: int = 0

    def extended_to_s(self, since: float) -> float | None:
        """Return to how many seconds the budget was extended, None if it was not.

        Args:
            since: `time.monotonic()` when the search began; earlier searches are in the log, too.
        """
        for line in reversed(self._lines()):
            longer, at = line.get("extended_to_s"), line.get("at")
            if isinstance(longer, int | float) and isinstance(at, int | float) and at >= since:
                return float(longer)
        return None

    def _lines(self) -> list[dict[str, Any]]:
        written = [file for file in self.files if file.is_file()]
        return _lines(max(written, key=lambda file: file.stat().st_mtime)) if written else []

    def trials(self) -> list[dict[str, Any]]:
        """Return the candidates tried so far, the best first.

        Returns:
            One row per candidate: `name`, `score` (the mean of its folds), `folds`, `of` (how many
            it has in the end), `seconds`. Those with the most folds are first.
        """
        rows = _rows(self._lines(), self.began)
        most = max([self.folds, *(row["folds"] for row in rows)])
        ranked = sorted(rows, key=lambda r: live_rank(self.metric, r["folds"], r["score"]))
        return [{**row, "of": most} for row in ranked]


def live_search(store: DocumentStore, cache: Path, manifest: Manifest) -> LiveSearch | None:
    """Return the search of a run, or None before its pipeline is there.

    Args:
        store: Documents and records.
        cache: The cache folder of this machine; a search on another one is not seen.
        manifest: What the run has made so far.
    """
    spec = store.load_entry(manifest.entries, "pipeline", PipelineSpec)
    snapshot = store.load_entry(manifest.entries, "dataset", DatasetSnapshot)
    if spec is None or snapshot is None or "pipeline" not in manifest.made:
        return None
    digests = ["", *_followed(store, manifest.dataset)]
    paths = [trials_path(cache, spec, snapshot, digest) / TRIALS_FILE for digest in digests]
    return LiveSearch(spec.metric, paths, manifest.started_at, spec.split.folds)


class TrainingFacts(NamedTuple):
    """What is known of a training when it begins: its budget, and its search if it is seen."""

    budget_s: float
    search: LiveSearch | None


def training_facts(
    store: DocumentStore, settings: Settings, dataset: str, run_id: str
) -> TrainingFacts | None:
    """Return the facts of the training of a run; None if they cannot be read now.

    They are only shown: no error of theirs may end what shows them.
    """
    try:
        manifest = store.manifest(dataset, run_id)
        upload = manifest and store.load_entry(manifest.entries, RawUpload.kind, RawUpload)
        if manifest is None or not upload:
            return None
        search = live_search(store, settings.cache_folder, manifest)
    except (PipeWeaveError, OSError):
        return None
    return TrainingFacts(upload.settings.budget_s(settings.time_budget_s), search)


def _followed(store: DocumentStore, dataset: str) -> list[str]:
    """Return the digests of the test rows that the search may follow (see `held_out_rows`)."""
    version = aliases_of(store, dataset).get("champion")
    found = find_version(store, dataset, version) if version else None
    if found is None:
        return []
    payloads = [found[0].test_rows, found[0].tested_like]
    return [payload.sha256 for payload in payloads if payload is not None]


def _lines(file: Path) -> list[dict[str, Any]]:
    found = []
    with file.open("rb") as lines:
        text = lines.read(_MOST_BYTES).decode("utf-8", "replace")
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # it is being written
            continue
        found += [entry] if isinstance(entry, dict) else []
    return found


def _rows(lines: list[dict[str, Any]], began: float) -> list[dict[str, Any]]:
    """Return a row for each candidate with a fold since a moment.

    A fold that was fitted again replaces the earlier one, and other parameters replace all.
    """
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    for line in lines:
        if not isinstance(line.get("score"), int | float):
            continue
        folds = found.setdefault(str(line["name"]), {})
        if any(fold.get("params") != line.get("params") for fold in folds.values()):
            folds.clear()
        folds[line.get("fold")] = line
    return [
        {
            "name": name,
            "score": sum(f["score"] for f in folds.values()) / len(folds),
            "folds": len(folds),
            "seconds": round(sum(f["seconds"] for f in folds.values()), 1),
        }
        for name, folds in found.items()
        if max(f.get("ended_at", 0.0) for f in folds.values()) >= began
    ]
