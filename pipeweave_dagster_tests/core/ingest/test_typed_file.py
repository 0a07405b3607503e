"""The typed file of a batch depends on its values alone."""

import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest import typed_file
from pipeweave_dagster.core.ingest.base.limits import BLOCK_ROWS
from pipeweave_dagster.core.ingest.typed_file import TypedFile
from pipeweave_dagster.core.model import bundle_scores

SCHEMA = pa.schema([("n", pa.float64()), ("t", pa.string())])
ROWS = st.lists(
    st.tuples(st.one_of(st.none(), st.floats()), st.sampled_from([None, "", "a", "b", "\u00e9"])),
    max_size=30,
)


def written(path: Path, parts: list[tuple[Any, Any]]) -> bytes:
    """Return the bytes of the file of some parts."""
    with TypedFile(path, SCHEMA) as file:
        for part in parts:
            file.write(part)
    assert file.missing == [
        sum(array.null_count for array in arrays) for arrays in zip(*parts, strict=True)
    ]
    return path.read_bytes()


@given(ROWS, st.lists(st.integers(0, 30), max_size=5), st.booleans())
@settings(max_examples=100, deadline=None)
def test_rows_give_the_same_bytes_however_they_are_cut(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], cuts: list[int], large: bool
) -> None:
    folder = tmp_path_factory.mktemp("typed")
    numbers = pa.array([n for n, _ in rows], pa.float64())
    texts = pa.array([t for _, t in rows], pa.string())
    other = texts.cast(pa.large_string()) if large else texts.dictionary_encode()
    edges = [0, *sorted(min(c, len(rows)) for c in cuts), len(rows)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typed_file, "BLOCK_ROWS", 7)
        whole = written(folder / "whole", [(numbers, texts)])
        parts = [
            (numbers.slice(a, b - a), other.slice(a, b - a)) for a, b in itertools.pairwise(edges)
        ]
        assert written(folder / "parts", parts) == whole
    read = pq.read_table(folder / "whole")
    assert read.schema.equals(SCHEMA)
    assert repr(read.to_pydict()) == repr({"n": numbers.to_pylist(), "t": texts.to_pylist()})


def test_a_row_group_is_what_is_scored_at_once() -> None:
    assert BLOCK_ROWS == bundle_scores.BLOCK_ROWS
