"""What the removal of one subject changes: new files, and the new hashes of old ones."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Document, Payload
from pipeweave_dagster.services.stored_references import addresses_in, document_of, reachable
from pipeweave_dagster.services.workbench import Workbench


@dataclass
class Plan:
    """The rows of one subject in a data set, and what its removal changes.

    Attributes:
        workbench: Storage and workers.
        dataset: The data set.
        column: The column that identifies a subject.
        value: The subject.
        folder: Scratch folder.
        moved: New hash and size of each file or payload by its old hash.
        numbers: Rows of each raw file, by its old hash; `tables` those of each typed table.
        quarantined: Number of quarantined records, by the old hash of the quarantine.
        new: Local files by the key that they are written to.
        gone: Area and number of rows by the key of each object that is written without them.
        rows: Number of rows that are removed, by area.
        columns: Names of all columns of the files and tables.
        versions: Model versions that learned from rows of the subject.
        left: What is not removed, with the reason.
    """

    workbench: Workbench
    dataset: str
    column: str
    value: str
    folder: Path
    moved: dict[str, tuple[str, int]] = field(default_factory=dict)
    numbers: dict[str, list[int]] = field(default_factory=dict)
    tables: dict[str, list[int]] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    new: dict[str, Path] = field(default_factory=dict)
    gone: dict[str, tuple[str, int]] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    columns: set[str] = field(default_factory=set)
    versions: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    _count: int = 0

    @property
    def store(self) -> DocumentStore:
        """The storage."""
        return self.workbench.store

    def scratch(self) -> Path:
        """Return a new empty folder."""
        self._count += 1
        path = self.folder / str(self._count)
        path.mkdir(parents=True)
        return path

    def records(self) -> dict[str, bytes]:
        """Return the JSON records of the data set, by key."""
        tops = (f"datasets/{self.dataset}/", f"predictions/{self.dataset}/")
        keys = [o.key for top in tops for o in self.store.storage.list(top)]
        read = ((k, self.store.storage.get_tagged(k)) for k in keys if k.endswith(".json"))
        return {key: stored[0] for key, stored in read if stored}

    def addresses(self) -> set[str]:
        """Return the addresses of everything that the records lead to."""
        return reachable(
            self.store, {a for data in self.records().values() for a in addresses_in(data)}
        )

    def documents(self) -> Iterator[Document]:
        """Yield every document that the records lead to."""
        for address in sorted(self.addresses()):
            found = document_of(self.store, address)
            if found is not None:
                yield self.store.load(address, found[0])

    def replace_payload(self, payload: Payload, file: Path, area: str, rows: int) -> None:
        """Replace a payload by a file that was written without some rows."""
        renamed = file.rename(file.with_name(payload.name))
        fresh = Payload.of(renamed, payload.media_type)
        self.moved[payload.sha256] = fresh.sha256, fresh.size_bytes
        self.new[fresh.key] = renamed
        self.replace(payload.key, area, rows)

    def replace(self, key: str, area: str, rows: int) -> None:
        """Note that an object is written without some rows, and is to go."""
        self.gone[key] = area, rows
        self.rows[area] += rows

    def change(self, content: Any) -> Any:
        """Return the JSON of a document or record with new hashes, sizes and counts."""
        if isinstance(content, str):
            return self.moved[content][0] if content in self.moved else content
        if isinstance(content, list):
            return [self.change(item) for item in content]
        if not isinstance(content, dict):
            return content
        changed = {key: self.change(item) for key, item in content.items()}
        old = str(content.get("sha256"))
        if old in self.moved and "size_bytes" in content:
            changed["size_bytes"] = self.moved[old][1]
        fewer = len(self.numbers.get(str(content.get("data_sha256")), []))
        data, held = content.get("data"), content.get("quarantine")
        if isinstance(data, dict):
            fewer += len(self.tables.get(str(data.get("sha256")), []))
        if isinstance(changed.get("rows"), int):
            changed["rows"] -= fewer
        if "rows_quarantined" in content:
            records = self.quarantined.get(str(held.get("sha256")), 0) if held else 0
            changed["rows_quarantined"] -= records
            changed["rows_read"] -= fewer + records
        return changed
