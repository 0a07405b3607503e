"""Reading a file as the line does, and one line of the table."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    DatasetSnapshot,
    RawFile,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.schema import deduce


@dataclass
class Check:
    """One row of the table: what was measured and whether it is what was asked."""

    row: str
    what: str
    measured: str
    passed: bool


@dataclass(frozen=True)
class Read:
    """A file as typed table with its schema."""

    snapshot: DatasetSnapshot
    schema: SchemaDeduction
    data: Path

    def table(self) -> pa.Table:
        """The typed table."""
        return pq.read_table(self.data)

    def quarantined(self) -> set[int]:
        """The lines that were put aside."""
        if self.snapshot.quarantine is None:
            return set()
        rows = pq.read_table(self.data.parent / self.snapshot.quarantine.name)
        return {int(line) for line in rows.column("line").to_pylist()}

    def types(self) -> dict[str, str]:
        """Semantic type of every column."""
        return {c.name: c.type for c in self.schema.columns}


@dataclass
class Bench:
    """The folder of data, and a scratch folder."""

    data: Path
    scratch: Path
    known: dict[str, Read] = field(default_factory=dict)

    def file(self, name: str) -> Path:
        """The file of one set of `tabular/`."""
        found = [p for p in (self.data / "tabular" / name).iterdir() if p.is_file()]
        return next(p for p in sorted(found) if p.suffix != ".md")

    def set(self, name: str) -> Read:
        """One set of `tabular/`, read once."""
        if name not in self.known:
            self.known[name] = self.read([self.file(name)])
        return self.known[name]

    def write(self, name: str, text: str | bytes) -> Path:
        """A file of the scratch folder."""
        path = self.scratch / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, files: list[Path], types: dict[str, str] | None = None, **more: object) -> Read:
        """Read files as one data set."""
        columns = {name: ColumnSetting(type=type_) for name, type_ in (types or {}).items()}
        settings = DatasetSettings(columns=columns, **more)
        raw = [RawFile(name=f.name, sha256="0", size_bytes=f.stat().st_size) for f in files]
        out = Path(tempfile.mkdtemp(dir=self.scratch))
        upload = RawUpload(dataset="d", files=raw, settings=settings)
        snapshot = ingest(upload, files, out)
        data = out / snapshot.data.name
        return Read(snapshot, deduce(snapshot, data, settings), data)

    def adult(self) -> list[str]:
        """The lines of adult-train, without the empty last one."""
        return [line for line in self.file("adult_income").read_text().splitlines() if line.strip()]


@contextmanager
def bench(data: Path) -> Iterator[Bench]:
    """A bench whose scratch folder goes away."""
    with tempfile.TemporaryDirectory() as scratch:
        yield Bench(data, Path(scratch))


Checker = Callable[[Bench], Iterator[Check]]
