"""Parts: rows are split where the values of the part change, and every part has its own name."""

from itertools import groupby

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.adapters.sources.part_files import part_name, runs_of_parts

VALUES = st.tuples(
    *[st.one_of(st.none(), st.sampled_from(["1", "11", "1-1", "-", "", "null", "é/.."]))] * 2
)


@given(st.lists(VALUES, max_size=30))
def test_a_batch_is_split_where_a_value_changes(keys: list[tuple[str | None, str | None]]) -> None:
    rows = pa.array(range(len(keys)), pa.int64())
    columns = [pa.array([key[i] for key in keys], pa.string()) for i in range(2)]
    batch = pa.RecordBatch.from_arrays([rows, *columns], names=["row", "a", "b"])
    found = [(values, part.column(0).to_pylist()) for values, part in runs_of_parts(batch, 2)]
    expected = [
        (key, [i for i, _ in group]) for key, group in groupby(enumerate(keys), lambda p: p[1])
    ]
    assert found == expected


@given(st.lists(st.one_of(VALUES, st.tuples(st.text(max_size=3))), unique=True, max_size=20))
def test_different_parts_have_different_safe_names(keys: list[tuple[str | None, ...]]) -> None:
    for width in (1, 2):
        names = [part_name(key, "x") for key in keys if len(key) == width]
        assert len(set(names)) == len(names)
        assert all("/" not in name and not name.startswith(".") for name in names)


def test_plain_values_make_readable_names() -> None:
    assert part_name((), "flights") == "flights.parquet"
    assert part_name(("2013-05-01",), "flights") == "2013-05-01.parquet"
    assert part_name(("5", "1"), "flights") == "5-1.parquet"
