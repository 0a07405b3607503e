"""Large batches are read in one query, with the same result as when they are read thoroughly."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.documents import DatasetSnapshot, SnapshotColumn, StorageType
from pipeweave_dagster.core.ingest import ColumnMatcher, aligned_batch, fast_path, read_aligned

pytestmark = pytest.mark.slow

TYPES: dict[str, StorageType] = {"n": "number", "i": "integer", "b": "boolean", "c": "text"}
ROWS = 3_000
COLUMNS = {
    "n": ["1.5", "2", "1e3", "NA", "", "-0.0"],
    "i": ["1", "2.0", "?", "9007199254740993", "", "-4"],
    "b": ["yes", "no", "TRUE", "0", "", "null"],
    "c": [" a ", "e\u0301", "b,c", 'd "e"', "", "NA"],
    "more": ["x", " y ", "", "z", "1", "2"],
}
FORMATS = ("csv", "parquet")


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_path, "_MIN_BYTES", 0)


def written(folder: Path, name: str, **changes: list[str]) -> Path:
    """Return a file of the columns, of which the last values are changed."""
    columns = {n: (v * ROWS)[:ROWS] for n, v in COLUMNS.items()}
    columns = {n: [*v[: ROWS - len(changes.get(n, []))], *changes.get(n, [])]
               for n, v in columns.items()}  # fmt: skip
    table = pa.table(columns)
    if name.endswith(".csv"):
        pyarrow.csv.write_csv(table, folder / name)
    else:
        counted = pa.array([None if k % 5 == 0 else k for k in range(ROWS)], pa.int32())
        table = table.set_column(0, "n", counted).set_column(1, "i", counted)
        pq.write_table(table, folder / name, row_group_size=1_000)
    return folder / name


def both(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[DatasetSnapshot, bytes]]:
    """Return snapshot and file of the fast way, if it was taken, and of the thorough one."""
    columns = [SnapshotColumn(name=n, original_name=n, type=t, missing=0) for n, t in TYPES.items()]
    taken, real = [], aligned_batch.read_fast

    def fast(*args: object) -> DatasetSnapshot | None:
        snapshot = real(*args)  # type: ignore[arg-type]
        taken.append(snapshot is not None)
        return snapshot

    results = []
    for way, function in (("fast", fast), ("thorough", lambda *_: None)):
        monkeypatch.setattr(aligned_batch, "read_fast", function)
        (folder / way).mkdir()
        matcher = ColumnMatcher(tuple(COLUMNS), None, ("more",))
        snapshot = read_aligned(file, file.name, columns, folder / way, matcher=matcher)
        results.append((snapshot, (folder / way / "data.parquet").read_bytes()))
    return results if taken == [True] else results[1:]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_fast_way_gives_the_same_bytes_and_snapshot(
    format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast, thorough = both(written(tmp_path, f"a.{format_}"), tmp_path, monkeypatch)

    assert fast == thorough
    assert thorough[0].rows == ROWS


@pytest.mark.parametrize(
    "changes",
    [
        {"n": ["1,5"]},  # another form of numbers
        {"i": ["2.5"]},  # a fraction: the column becomes one of numbers
        {"b": ["perhaps"]},  # no boolean: counted and set to missing
        {"n": ["\u22121.5"]},  # an unusual minus
        {name: [""] for name in COLUMNS},  # an empty row, which is kept
    ],
)
def test_what_must_be_reported_or_cleaned_is_read_thoroughly(
    changes: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(both(written(tmp_path, "a.csv", **changes), tmp_path, monkeypatch)) == 1


def test_a_damaged_parquet_file_gets_the_error_of_the_thorough_way(tmp_path: Path) -> None:
    file = written(tmp_path, "a.parquet")
    file.write_bytes(file.read_bytes()[:-200])

    with pytest.raises(Exception, match="damaged parquet file"):
        read_aligned(file, file.name, [], tmp_path)
