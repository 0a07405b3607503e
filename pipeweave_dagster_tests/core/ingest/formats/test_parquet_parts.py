"""Parts of a source are read as one table, also where some of them lack a column."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import DatasetSnapshot, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest


def snapshot_of(folder: Path, *parts: dict[str, list[Any]]) -> tuple[DatasetSnapshot, Any]:
    """What the line makes of a pull with these parts."""
    out = folder / "out"
    out.mkdir()
    paths = [folder / str(number) for number in range(len(parts))]
    for path, part in zip(paths, parts, strict=True):
        pq.write_table(pa.table(part), path)
    files = [RawFile(name=f"{path.name}.parquet", sha256="0" * 64, size_bytes=1) for path in paths]
    upload = RawUpload(dataset="x", files=files, source="mongodb collection x")
    return ingest(upload, paths, out), pq.read_table(out / "data.parquet").to_pydict()


def test_many_parts_are_one_table_in_their_order(tmp_path: Path) -> None:
    parts = [{"id": [2 * i, 2 * i + 1], "t": ["", f"text {i}"]} for i in range(40)]
    snapshot, rows = snapshot_of(tmp_path, *parts)
    assert rows["id"] == list(range(80))
    assert snapshot.notes[0] == "Read 40 parts of one table."


def test_a_column_that_some_parts_lack_is_missing_there(tmp_path: Path) -> None:
    snapshot, rows = snapshot_of(tmp_path, {"id": [1], "new": ["a"]}, {"id": [2]}, {"id": [3]})
    assert rows == {"id": [1, 2, 3], "new": ["a", None, None]}
    assert "Read 3 parts of one table." in snapshot.notes


def test_a_column_of_two_types_is_text(tmp_path: Path) -> None:
    _, rows = snapshot_of(tmp_path, {"id": [1], "v": ["x"]}, {"id": [2], "v": [7]})
    assert rows == {"id": [1, 2], "v": ["x", "7"]}
