"""Data frames with indexes, levels and mixed columns, and lists of dicts, are read completely."""

import numpy as np
import pandas as pd
import pytest

import pipeweave_dagster as pw
from pipeweave_dagster.core.errors import PipeWeaveError

CODES = ["007", "008", "009"]
FRAME = pd.DataFrame({"size": [1.5, 2.5, 4.0]})

INDEXES = {
    "texts with a name": (pd.Index(CODES, name="code"), {"code": CODES}),
    "numbers with a name": (pd.Index([7, 9, 8], name="id"), {"id": [7, 9, 8]}),
    "a range with a name": (pd.RangeIndex(3, name="id"), {"id": [0, 1, 2]}),
    "texts without a name": (pd.Index(CODES), {"index": CODES}),
    "several levels": (
        pd.MultiIndex.from_arrays([CODES, [2, 3, 1]], names=["code", "n"]),
        {"code": CODES, "n": [2, 3, 1]},
    ),
    "row numbers": (pd.Index([5, 2, 7]), {}),
}


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize(("index", "columns"), INDEXES.values(), ids=INDEXES)
def test_an_index_is_a_column_unless_it_numbers_the_rows(index, columns, mixed):
    frame = FRAME.set_axis(index)
    table = pw.read(frame.assign(other=[1, "x", 2]) if mixed else frame)
    found = {name: table[name].tolist() for name in columns}
    assert found == columns
    assert set(table) == {"size", *columns, *(["other"] if mixed else [])}


def test_levels_of_names_are_joined_with_a_blank():
    names = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("b", "")])
    assert list(pw.read(pd.DataFrame([[1, 2, 3], [4, 5, 7]], columns=names))) == ["a x", "a y", "b"]


MIXED = {
    "a text among numbers": ([1, "x", 2.5], ["1", "x", "2.5"]),
    "long integers": ([10**20 + 1, 1, 3], ["100000000000000000001", "1", "3"]),
    "longer integers": ([10**40 + 7, 1, 3], [str(10**40 + 7), "1", "3"]),
    "missing values": ([None, "x", np.nan, 3.0], [None, "x", None, "3"]),
    "booleans": ([True, "x", False], ["true", "x", "false"]),
    "numbers of numpy": ([np.int64(4), "x", np.float32(0.5)], ["4", "x", "0.5"]),
    "times and numbers": (["x", pd.Timestamp("2020-01-02"), 4], ["x", "2020-01-02 00:00:00", "4"]),
}


@pytest.mark.parametrize(("values", "texts"), MIXED.values(), ids=MIXED)
@pytest.mark.parametrize("dtype", [object, "category"])
def test_a_column_of_several_types_has_their_texts(values, texts, dtype):
    series = pd.Series(values, dtype=object).astype(dtype)
    frame = pd.DataFrame({"a": series, "b": range(len(values))})
    read = pw.read(frame)["a"].astype(object)
    assert [None if pd.isna(value) else str(value) for value in read] == texts


def test_a_list_of_dicts_is_a_table():
    table = pw.read([{"code": "007", "n": 1}, {"code": "008"}, {"n": 3, "code": "01"}])
    assert table["code"].tolist() == ["007", "008", "01"]
    assert [None if pd.isna(n) else int(n) for n in table["n"]] == [1, None, 3]


def test_other_objects_are_named_with_their_column():
    with pytest.raises(PipeWeaveError, match="column 'a' has values of type object"):
        pw.read(pd.DataFrame({"a": [object(), 1]}))


def test_empty_texts_are_missing_and_counted():
    frame = pd.DataFrame({"a": ["x", "", None, "y"], "b": [["", "u"], ["v"], [""], ["w"]]})
    data = pw.Dataset(frame)
    assert data.frame["a"].isna().tolist() == [False, True, True, False]
    assert [n for n in data.snapshot.notes if "empty" in n] == [
        "a: 1 empty text stored as missing."
    ]
