"""The leaderboard of a search that is still going on, from its log on this machine."""

import json
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore, Manifest
from pipeweave_dagster.core.documents import DatasetSnapshot, PipelineSpec
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version
from pipeweave_dagster.services.trial_cache import TRIALS_FILE, trials_path

MOST_TRIALS = 20
_MOST_BYTES = 4 << 20


def live_trials(store: DocumentStore, cache: Path, manifest: Manifest) -> list[dict[str, Any]]:
    """Return the candidates that a run has tried so far, the best first.

    Args:
        store: Documents and records.
        cache: The cache folder of this machine; a search on another one is not seen.
        manifest: What the run has made so far.

    Returns:
        One row per candidate: `name`, `score` (the mean of its folds), `folds`, `seconds`.
    """
    spec = store.load_entry(manifest.entries, "pipeline", PipelineSpec)
    snapshot = store.load_entry(manifest.entries, "dataset", DatasetSnapshot)
    if spec is None or snapshot is None or "pipeline" not in manifest.made:
        return []
    digests = ["", *_followed(store, manifest.dataset)]
    files = [trials_path(cache, spec, snapshot, digest) / TRIALS_FILE for digest in digests]
    written = [file for file in files if file.is_file()]
    if not written:
        return []
    newest = max(written, key=lambda file: file.stat().st_mtime)
    rows = _rows(newest)
    sign = -1 if GREATER_IS_BETTER[spec.metric] else 1
    return sorted(rows, key=lambda row: sign * float(row["score"]))[:MOST_TRIALS]


def _followed(store: DocumentStore, dataset: str) -> list[str]:
    """Return the digests of the test rows that the search may follow (see `held_out_rows`)."""
    version = aliases_of(store, dataset).get("champion")
    found = find_version(store, dataset, version) if version else None
    if found is None:
        return []
    payloads = [found[0].test_rows, found[0].tested_like]
    return [payload.sha256 for payload in payloads if payload is not None]


def _rows(file: Path) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    with file.open("rb") as lines:
        text = lines.read(_MOST_BYTES).decode("utf-8", "replace")
    for line in text.splitlines():
        try:
            fold = json.loads(line)
        except ValueError:  # it is being written
            continue
        if isinstance(fold, dict) and isinstance(fold.get("score"), int | float):
            found.setdefault(str(fold["name"]), []).append(fold)
    return [
        {
            "name": name,
            "score": sum(f["score"] for f in folds) / len(folds),
            "folds": len(folds),
            "seconds": round(sum(f["seconds"] for f in folds), 1),
        }
        for name, folds in found.items()
    ]
