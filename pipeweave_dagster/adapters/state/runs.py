"""The run as the unit of state: what it reads, and how its results become HEAD.

A run sees HEAD as it was when the run began, its parent run's results, and its own; never those of
a concurrent run. HEAD moves once, at the end, by compare-and-swap.
"""

import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from pipeweave_dagster.adapters.state.documents import DocumentStore
from pipeweave_dagster.adapters.state.generations import next_generation
from pipeweave_dagster.adapters.state.manifest import Attempt, Entry, Head, Manifest
from pipeweave_dagster.core.errors import not_found, unavailable

_SWAP_ATTEMPTS = 20


class RunState:
    """One run's view of one data set.

    Args:
        store: Documents and records.
        dataset: The partition.
        run_id: The run.
        parent_run_id: The run that this one retries or continues.
        job: What is run, such as `process_dataset`.
    """

    def __init__(
        self,
        store: DocumentStore,
        dataset: str,
        run_id: str,
        parent_run_id: str | None = None,
        job: str = "",
    ) -> None:
        self.store = store
        self.dataset = dataset
        self._job = job
        known = store.manifest(dataset, run_id)
        self.manifest = known or self._beginning(run_id, parent_run_id)
        if known is None:
            store.save_manifest(self.manifest)
            self.attempt("running")

    def _beginning(self, run_id: str, parent_run_id: str | None) -> Manifest:
        parent = self.store.manifest(self.dataset, parent_run_id) if parent_run_id else None
        head = self.store.head(self.dataset)
        return Manifest(
            dataset=self.dataset,
            run_id=run_id,
            parent_run_id=parent_run_id,
            started_at=time.time(),
            generation=next_generation(self.store, self.dataset),
            entries=parent.entries if parent else (head.entries if head else {}),
            inherited=[*parent.inherited, *parent.made] if parent else [],
            read=parent.read if parent else {},
            state="running",
            job=self._job,
        )

    def entry(self, asset: str) -> Entry:
        """Return the entry that this run sees for an asset, and record that it was read.

        Raises:
            PipeWeaveError: NOT_FOUND if neither this run nor HEAD has the asset.
        """
        entry = self.manifest.entries.get(asset)
        if entry is None:
            raise not_found(
                f"{self.dataset!r} has no {asset} yet.",
                fix=f"Materialize {asset} first, or run the job process_dataset.",
            )
        own = {*self.manifest.made, *self.manifest.inherited}
        if asset not in own and asset not in self.manifest.read:
            self._update(lambda m: {"read": {**m.read, asset: entry.document}})
        return entry

    def record(self, asset: str, entry: Entry, seconds: float = 0.0) -> None:
        """Add an entry that this run made or reused, and how long that took."""
        self._update(
            lambda m: {
                "entries": {**m.entries, asset: entry},
                "made": [*(name for name in m.made if name != asset), asset],
                "seconds": {**m.seconds, asset: round(seconds, 3)},
            }
        )

    def skip(self, assets: Sequence[str]) -> None:
        """Record assets that this run will not make; it publishes without them."""
        self._update(lambda m: {"skipped": sorted({*m.skipped, *assets})})

    def attempt(self, state: Any, **facts: Any) -> None:
        """Record the state of this run, in its manifest and as the last attempt."""
        if state != "running":
            self._update(lambda _: {"state": state, "ended_at": time.time()})
        begun = self.manifest.model_dump(include={"run_id", "started_at", "generation", "job"})
        self.store.save_attempt(self.dataset, Attempt(**begun, state=state, **facts))

    def _update(self, change: Callable[[Manifest], dict[str, Any]]) -> None:
        """Change the stored manifest, which steps of one run may do from several processes."""
        self.manifest = self.store.change_manifest(
            self.manifest, lambda current: current.model_copy(update=change(current))
        )


def publish(state: RunState, everything: AbstractSet[str]) -> str | None:
    """Move HEAD to the results of a run, once it has made or skipped all that it was to make.

    The run's entries replace those of the current HEAD. That is only consistent if every entry that
    the run read from HEAD is still there, and if no run that began later has published one of its
    assets: otherwise HEAD stays as it is.

    Args:
        state: The run.
        everything: The assets that the run was to make.

    Returns:
        The conflict that kept HEAD from moving; None if it moved, or if assets are missing.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if other runs kept moving HEAD.
    """
    manifest = state.manifest
    if not everything <= {*manifest.made, *manifest.skipped}:
        return None
    key = f"datasets/{state.dataset}/HEAD.json"
    for _ in range(_SWAP_ATTEMPTS):
        head, tag = state.store.head_tagged(state.dataset, manifest.run_id)
        if head is not None and _holds(head, manifest):  # an earlier attempt got no response
            state.attempt("succeeded")
            return None
        conflict = _conflict(manifest, head) if head else None
        if conflict:
            state.attempt("superseded")
            return conflict
        if state.store.records.swap(key, _merged(manifest, head), tag):
            state.attempt("succeeded")
            return None
    raise unavailable(f"HEAD of {state.dataset!r} kept moving.", fix="Start the run again.")


def _holds(head: Head, manifest: Manifest) -> bool:
    """Return whether HEAD has all that a run has made, published by the same run."""
    made = {asset: manifest.entries[asset] for asset in manifest.made}
    return head.run_id == manifest.run_id and made.items() <= head.entries.items()


def _conflict(manifest: Manifest, head: Head) -> str | None:
    for asset, document in manifest.read.items():
        current = head.entries.get(asset)
        if current is not None and current.document != document:
            return f"run {head.run_id[:8]} has published another {asset} since this run read it"
    for asset in manifest.made:
        if head.generations.get(asset, 0) > manifest.generation:
            return f"run {head.entries[asset].run_id[:8]}, which began later, has published {asset}"
    return None


def _merged(manifest: Manifest, head: Head | None) -> Head:
    made = {asset: manifest.entries[asset] for asset in [*manifest.inherited, *manifest.made]}
    return Head(
        dataset=manifest.dataset,
        run_id=manifest.run_id,
        moved_at=time.time(),
        entries={**(head.entries if head else {}), **made},
        started={**(head.started if head else {}), **dict.fromkeys(made, manifest.started_at)},
        generations={
            **(head.generations if head else {}),
            **dict.fromkeys(made, manifest.generation),
        },
    )
