"""Read and write documents, payloads and the records of the state model."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pipeweave_dagster.adapters.state.content_files import ContentFiles, damaged, is_old
from pipeweave_dagster.adapters.state.document_versions import parse_document
from pipeweave_dagster.adapters.state.head_rebuild import read_head
from pipeweave_dagster.adapters.state.manifest import Attempt, Entry, Head, Manifest
from pipeweave_dagster.adapters.state.records import Records, record_bytes
from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.core.documents import Document, Payload
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, unavailable
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

D = TypeVar("D", bound=Document)
_SWAP_ATTEMPTS = 20
_UNUSABLE = {ErrorCode.NOT_FOUND, ErrorCode.INTERNAL_ERROR, ErrorCode.VALIDATION_ERROR}
_LOOKED_AT = 20


class DocumentStore:
    """Documents and payloads addressed by content, heads and manifests by data set.

    Args:
        storage: The object store.
        cache: Folder for local copies of remote payloads.
    """

    def __init__(self, storage: Storage, cache: Path) -> None:
        self.storage = storage
        self.cache = cache
        self.records = Records(storage)
        self._files = ContentFiles(storage, cache)

    def save(self, document: Document) -> str:
        """Store a document under its address, and return the address."""
        address, data = document.sha256, document.to_json()
        key = _document_key(address)
        if not self.storage.put_if_absent(key, data):
            stored = self.storage.get_tagged(key)
            # Damaged ones are made anew. Old ones too: the garbage collector goes by their age, and
            # may be about to remove what nothing has referred to until now.
            if stored is None or stored[0] != data or is_old(self.storage.stat(key)):
                self.storage.put(key, data)
        return address

    def load(self, address: str, kind: type[D]) -> D:
        """Load the document of an address.

        Raises:
            PipeWeaveError: NOT_FOUND if it is gone or damaged, VALIDATION_ERROR if a newer release
                wrote it, INTERNAL_ERROR if this release cannot read it.
        """
        data = self.storage.get(_document_key(address))
        if hashlib.sha256(kind.kind.encode() + b"\0" + data).hexdigest() != address:
            raise damaged(_document_key(address), kind.__name__)
        return parse_document(kind, data, f"document {address[:12]}")

    def intact(self, address: str, kind: type[D]) -> D | None:
        """Return a document if it can be used again: it and its payloads are there and whole."""
        try:
            document = self.load(address, kind)
        except PipeWeaveError as error:
            if error.code in _UNUSABLE:
                return None
            raise
        whole = all(self._files.holds(p.key, p.size_bytes) for p in document.payloads())
        return document if whole else None

    def save_payloads(self, document: Document, folder: Path) -> None:
        """Store the payload files that a stage wrote into `folder`; equal files only once.

        A document may also name a stored file of another document that is called like one of its
        own, such as the test rows that a model's own test rows follow: it is left as it is.
        """
        payloads = document.payloads()
        names = [payload.name for payload in payloads]
        for payload in payloads:
            path = folder / payload.name
            if not path.is_file():
                continue
            if names.count(payload.name) > 1 and Payload.of(path).sha256 != payload.sha256:
                continue
            self._files.save(payload.key, path)

    def save_file(self, key: str, path: Path) -> None:
        """Store a local file under a key that contains its hash, such as `raw/<sha256>`."""
        self._files.save(key, path)

    def file(self, key: str) -> Path:
        """Return an immutable object as a local file: itself in a folder, a cached copy from S3.

        Raises:
            PipeWeaveError: NOT_FOUND if it does not exist, or its bytes are not those of its hash.
        """
        return self._files.local(key)

    def payload(self, payload: Payload) -> Path:
        """Return a payload as a local file."""
        return self.file(payload.key)

    def datasets(self) -> Sequence[str]:
        """Return all data sets for which a run was ever started, sorted."""
        return self.storage.children("datasets")

    def head(self, dataset: str) -> Head | None:
        """Return the published state, or None before the first complete run.

        A damaged one is rebuilt from the manifest of the last run that completed.
        """
        return self.head_tagged(dataset)[0]

    def head_tagged(self, dataset: str, publishing: str = "") -> tuple[Head | None, str | None]:
        """Return the published state with the tag for `Records.swap`; see `read_head`."""
        return read_head(self.records, self.storage, dataset, publishing)

    def require_head(self, dataset: str) -> Head:
        """Return the published state.

        Raises:
            PipeWeaveError: NOT_FOUND, naming the nearest data sets.
        """
        head = self.head(dataset)
        if head is not None:
            return head
        near = nearest_names(dataset, self.datasets())
        hint = did_you_mean(near, otherwise="See 'pipeweave datasets ls'.")
        if dataset in self.datasets():
            hint = "Its runs have not completed yet; see 'pipeweave runs ls'."
        raise not_found(f"There is no published data set {dataset!r}.", fix=hint, nearest=near)

    def latest(self, dataset: str, asset: str, kind: type[D]) -> D | None:
        """Load the published document of an asset; None if there is none."""
        head = self.head(dataset)
        return self.load_entry(head.entries, asset, kind) if head else None

    def load_entry(self, entries: Mapping[str, Entry], asset: str, kind: type[D]) -> D | None:
        """Return the document of an asset among the entries of a head or run, or None."""
        return self.load(entries[asset].document, kind) if asset in entries else None

    def manifest(self, dataset: str, run_id: str) -> Manifest | None:
        """Return the manifest of a run, or None if it has not started."""
        return self.records.read(f"datasets/{dataset}/runs/{run_id}.json", Manifest)

    def save_manifest(self, manifest: Manifest) -> None:
        """Write the first manifest of a run."""
        self.storage.put_if_absent(_manifest_key(manifest), record_bytes(manifest))

    def change_manifest(
        self, manifest: Manifest, change: Callable[[Manifest], Manifest]
    ) -> Manifest:
        """Change a run's manifest by compare-and-swap, and return the result."""
        key = _manifest_key(manifest)
        for _ in range(_SWAP_ATTEMPTS):
            stored, tag = self.records.read_tagged(key, Manifest)
            changed = change(stored or manifest)
            if self.records.swap(key, changed, tag):
                return changed
        raise unavailable(f"{key} kept changing.", fix="Start the run again.")

    def manifests(self, dataset: str) -> Iterator[str]:
        """Yield the ids of all runs of a data set that have a manifest."""
        for stored in self.storage.list(f"datasets/{dataset}/runs/"):
            yield Path(stored.key).stem

    def attempt(self, dataset: str) -> Attempt | None:
        """Return the state of the last run."""
        return self.records.read(f"datasets/{dataset}/LAST.json", Attempt)

    def save_attempt(self, dataset: str, attempt: Attempt) -> None:
        """Record the last attempt, unless a later run has already done so."""
        last = self.attempt(dataset)
        if last is None or last.run_id == attempt.run_id or last.generation <= attempt.generation:
            key = f"datasets/{dataset}/LAST.json"
            self.records.write(key, attempt)

    def last_with(self, dataset: str, *assets: str) -> Mapping[str, Entry] | None:
        """Return the entries of the last run that made or reused these assets, else of HEAD.

        A blocked run does not change HEAD, but its findings are what users want to see, also if a
        later run ended before its own.
        """
        attempt = self.attempt(dataset)
        last = self.manifest(dataset, attempt.run_id) if attempt else None
        if last is not None and {*assets} <= {*last.made}:
            return last.entries
        earlier = list(self.storage.list(f"datasets/{dataset}/runs/"))
        earlier.sort(key=lambda stored: -stored.modified)
        manifests = (self.manifest(dataset, Path(o.key).stem) for o in earlier[:_LOOKED_AT])
        made = [m for m in manifests if m is not None and {*assets} <= {*m.made}]
        if made:
            return max(made, key=lambda m: (m.generation, m.started_at)).entries
        head = self.head(dataset)
        return head.entries if head and head.entries.keys() >= {*assets} else None

    def result(self, dataset: str, asset: str, key: str) -> Entry | None:
        """Return an earlier result for the same inputs, settings and code, if it still exists."""
        entry = self.records.read(f"datasets/{dataset}/results/{asset}/{key}.json", Entry)
        if entry is None or self.storage.stat(f"documents/{entry.document}.json") is None:
            return None
        return entry

    def save_result(self, dataset: str, asset: str, entry: Entry) -> None:
        """Make the document reusable for later runs with the same key."""
        key = f"datasets/{dataset}/results/{asset}/{entry.key}.json"
        self.records.write(key, entry)

    def scratch(self, run_id: str, name: str) -> Path:
        """Create an empty local folder for a stage's files."""
        folder = self.cache / "scratch" / run_id / f"{name}-{time.time_ns()}"
        folder.mkdir(parents=True)
        return folder

    def clear_scratch(self, run_id: str) -> None:
        """Remove a run's local files."""
        shutil.rmtree(self.cache / "scratch" / run_id, ignore_errors=True)


def _manifest_key(manifest: Manifest) -> str:
    return f"datasets/{manifest.dataset}/runs/{manifest.run_id}.json"


def _document_key(address: str) -> str:
    return f"documents/{address}.json"
