"""Cells of every kind of object get the type of their column, or are counted as missing."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import SnapshotColumn, TrainedModel
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.column_names import ColumnsError
from pipeweave_dagster.core.model.read_frame import read_frame

TYPES = ["integer", "number", "boolean", "date", "datetime", "time", "text"]
TABLE = [*TYPES, "y"]
DAY, MOMENT = dt.date(2020, 4, 3), dt.datetime(2020, 4, 3, 10)  # noqa: DTZ001
CET = dt.timezone(dt.timedelta(hours=2))


@pytest.fixture(scope="module")
def reading():
    columns = [SnapshotColumn(name=t, original_name=t, type=t, missing=0) for t in TYPES]
    trained = TrainedModel.model_construct(columns=columns, table=TABLE, target="y", read=None)
    return reading_of(trained)


CELLS = [
    ("integer", 3, 3),
    ("integer", 3.0, 3),
    ("integer", True, 1),
    ("integer", "3.0", 3),
    ("integer", 2.5, 2.5),
    ("integer", "1,234", 1234),
    ("integer", np.int8(7), 7),
    ("integer", 2**70, 2.0**70),
    ("integer", 2**53 + 1, 2**53 + 1),
    ("number", Decimal("1.5"), 1.5),
    ("number", False, 0.0),
    ("number", float("inf"), None),
    ("number", 10**400, None),
    ("number", "(5)", -5.0),
    ("number", "1,5", 1.5),
    ("number", " 12 ", 12.0),
    ("number", DAY, None),
    ("boolean", 1, True),
    ("boolean", 5, None),
    ("boolean", "No", False),
    ("boolean", np.bool_(1), True),
    ("date", DAY, DAY),
    ("date", MOMENT, DAY),
    ("date", pd.Timestamp("2020-04-03T01:00:00+02:00"), dt.date(2020, 4, 2)),
    ("date", 20200403, DAY),
    ("date", 20200403.0, DAY),
    ("date", "2020-04-03T10:00:00Z", DAY),
    ("date", dt.date(9999, 12, 31), None),
    ("date", pd.Period("2020-04", "M"), dt.date(2020, 4, 1)),
    ("datetime", DAY, dt.datetime(2020, 4, 3)),  # noqa: DTZ001
    ("datetime", np.datetime64("2020-04-03T10:00:00"), MOMENT),
    ("datetime", MOMENT.replace(tzinfo=CET), MOMENT - dt.timedelta(hours=2)),
    ("time", dt.time(9, 30), dt.time(9, 30)),
    ("time", "9:30", dt.time(9, 30)),
    ("text", 1000, "1000"),
    ("text", 1000.0, "1000"),
    ("text", True, "true"),
    ("text", 0.1, "0.1"),
    ("text", '="007"', "007"),
    ("text", ["a", 1], "['a', 1]"),
]


@pytest.mark.parametrize(("type_", "cell", "value"), CELLS, ids=repr)
def test_a_cell_of_any_kind_becomes_a_value(reading, type_, cell, value):
    found = read_frame(reading, [{type_: cell}, {type_: None}]).rows[type_]
    assert found.isna().tolist() == [value is None, True]
    if value is not None:
        assert found[0] == value
        assert isinstance(found[0], str) == isinstance(value, str)


def test_equal_cells_of_different_types_stay_apart(reading):
    found = read_frame(reading, {"text": [1, True, 1.0, "1", 1.5]}).rows["text"]
    assert found.tolist() == ["1", "true", "1", "1", "1.5"]


def test_values_that_are_none_of_the_type_are_counted(reading):
    found = read_frame(reading, {"boolean": [5, 5, True], "number": ["much", "n/a", "2"]})
    assert found.set_missing == {"boolean": 2, "number": 1}
    assert len(found.notes) == 2


def test_no_rows_are_read_as_no_rows(reading):
    found = read_frame(reading, pd.DataFrame(columns=TYPES))
    assert found.rows.shape == (0, len(TYPES))
    assert found.blank == []


@pytest.mark.parametrize("width", [len(TYPES), len(TABLE), len(TABLE) + 1])
def test_an_array_is_read_by_position(reading, width):
    found = read_frame(reading, np.full((2, width), "1", dtype=object))
    assert found.rows["text"].tolist() == ["1", "1"]


def test_an_array_of_another_width_is_refused_with_the_names(reading):
    with pytest.raises(ColumnsError, match=r"has 3 columns.*integer, number, boolean"):
        read_frame(reading, np.ones((2, 3)))


def test_unnamed_columns_of_pandas_have_their_name_if_the_training_file_had_it():
    column = SnapshotColumn(
        name="Unnamed: 0", original_name="Unnamed: 0", type="integer", missing=0
    )
    trained = TrainedModel.model_construct(
        columns=[column], table=["Unnamed: 0", "y"], target="y", read=None
    )
    found = read_frame(reading_of(trained), {"y": [0], "Unnamed: 0": [7]})
    assert found.rows["Unnamed: 0"].tolist() == [7]
