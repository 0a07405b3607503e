"""Read HEAD, and rebuild a damaged one from the manifests of the runs.

The manifest of a run has the same entries as the HEAD that the run publishes. So the highest
manifest of a run that completed is the published state, except for what runs of a part of the
assets have published since; those are found by running them again.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pipeweave_dagster.adapters.state.manifest import Attempt, Entry, Head, Manifest
from pipeweave_dagster.adapters.state.records import Records
from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.core.asset_catalog import assets_of
from pipeweave_dagster.core.errors import PipeWeaveError

_ALL = frozenset(assets_of("process_dataset"))


def read_head(
    records: Records, storage: Storage, dataset: str, publishing: str = ""
) -> tuple[Head | None, str | None]:
    """Return the published state of a data set with the tag for `Records.swap`.

    A damaged one is rebuilt, and named in `Records.damaged` until a run replaces it. None if there
    is none, or nothing to rebuild it from.

    Args:
        records: The records of the storage.
        storage: The storage itself.
        dataset: The data set.
        publishing: The run that is about to publish; it is no part of what was published.
    """
    key = f"datasets/{dataset}/HEAD.json"
    head, tag = records.read_tagged(key, Head)
    if head is not None or tag is None:
        return head, tag
    known = readable_manifests(records, storage, dataset)
    known.pop(publishing, None)
    found = _last_complete(records, storage, dataset, known)
    if found is None:
        return None, tag
    what = f"run {found.run_id[:8]} (generation {found.generation})"
    records.explain(key, f"is damaged; the state of {what} is used until the next run replaces it.")
    return _head_of(found, known), tag


def readable_manifests(
    records: Records, storage: Storage, dataset: str, newest: int | None = None
) -> dict[str, Manifest]:
    """Return the manifests of a data set by run; what cannot be read is left out.

    Args:
        records: The records of the storage.
        storage: The storage itself.
        dataset: The data set.
        newest: Read only so many, those that were written last; None reads all.
    """
    listed = list(storage.list(f"datasets/{dataset}/runs/"))
    listed.sort(key=lambda stored: -stored.modified)
    found = {}
    for stored in listed[:newest]:
        with contextlib.suppress(PipeWeaveError):  # of a newer release
            if manifest := records.read(stored.key, Manifest):
                found[Path(stored.key).stem] = manifest
    return found


def _last_complete(
    records: Records, storage: Storage, dataset: str, known: dict[str, Manifest]
) -> Manifest | None:
    last = records.read(f"datasets/{dataset}/LAST.json", Attempt)
    published = last.run_id if last is not None and last.state == "succeeded" else None
    for manifest in sorted(known.values(), key=lambda m: (-m.generation, -m.started_at)):
        done = {*manifest.made, *manifest.inherited, *manifest.skipped}
        if (manifest.run_id == published or done >= _ALL) and all(_there(storage, manifest)):
            return manifest
    return None


def _there(storage: Storage, manifest: Manifest) -> Iterator[bool]:
    """Yield for every document of a manifest whether it is there."""
    for entry in manifest.entries.values():
        stored = storage.stat(f"documents/{entry.document}.json")
        yield stored is not None and stored.size > 0


def _head_of(manifest: Manifest, known: dict[str, Manifest]) -> Head:
    def origin(asset: str, entry: Entry) -> Manifest | None:
        own = asset in {*manifest.made, *manifest.inherited}
        return manifest if own else known.get(entry.run_id)

    origins = {asset: origin(asset, entry) for asset, entry in manifest.entries.items()}
    return Head(
        dataset=manifest.dataset,
        run_id=manifest.run_id,
        moved_at=manifest.started_at,
        entries=manifest.entries,
        started={asset: run.started_at for asset, run in origins.items() if run},
        generations={asset: run.generation for asset, run in origins.items() if run},
    )
