"""Raw values become the same features in training and scoring, whatever type they come in."""

import datetime as dt
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from pipeweave_dagster.core.model import serving
from pipeweave_dagster.core.model.serving import (
    as_moments,
    as_number,
    as_text,
    encoders,
    load_bundle,
    prepare,
    raw_scores,
    save_bundle,
)
from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.pipelines.transformers import transformer


def test_labels_read_alike_as_integer_float_or_boolean():
    assert list(as_text(pd.Series([1, 2]))) == ["1", "2"]
    assert list(as_text(pd.Series([1.0, None]))) == ["1", None]
    assert list(as_text(pd.Series([True, False]))) == ["true", "false"]
    assert list(as_text(pd.Series([2.5, "x", None], dtype=object))) == ["2.5", "x", None]
    assert list(as_text(pd.Series([3, None], dtype="Int64"))) == ["3", None]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234 kg", 1234), ("$5", 5), ("19M", 19e6), ("19 Min", 19), ("-1.5e3", -1500), ("yes", 1),
     ("none", np.nan), ("1k", 1000), ("3 m", 3)],
)  # fmt: skip
def test_numbers_inside_text(text, number):
    np.testing.assert_equal(as_number(pd.Series([text], dtype=object))[0], number)


def test_numbers_are_finite_or_missing():
    found = as_number(pd.Series([1.0, np.inf, -np.inf, None]))
    np.testing.assert_array_equal(found, [1.0, np.nan, np.nan, np.nan])
    assert np.isnan(as_number(pd.Series([1, None], dtype="Int64"))[1])


def test_dates_times_and_texts_become_moments():
    for values in (
        pd.Series(pd.to_datetime(["2020-01-02 03:00", None])),
        pd.Series(["2020-01-02 03:00", None], dtype=object),
        pd.Series([dt.datetime(2020, 1, 2, 3, tzinfo=dt.UTC), None], dtype=object),
        pd.Series(pd.to_datetime(["2020-01-02 03:00", None]).tz_localize("UTC")),
    ):
        assert as_moments(values)[0] == pd.Timestamp("2020-01-02 03:00", tz="UTC")
        assert pd.isna(as_moments(values)[1])
    assert as_moments(pd.Series([dt.time(7, 30), None], dtype=object))[0].hour == 7
    assert as_moments(pd.Series(["7:30", "bad"], dtype=object)).dt.minute[0] == 30


PLAN = [
    {"name": "n", "use": "numeric"},
    {"name": "k", "use": "categorical"},
    {"name": "t", "use": "text"},
    {"name": "o", "use": "ordinal", "order": ["low", "high"]},
    {"name": "d", "use": "date_parts", "parts": ["epoch", "weekday"]},
]


def test_prepared_columns():
    table = pd.DataFrame(
        {
            "d": ["1970-01-02", None],
            "o": ["high", "odd"],
            "t": ["two words", None],
            "k": [None, "a"],
            "n": [1, 2],
            "further": [0, 0],
        }
    )
    found = prepare(table, PLAN)
    assert list(found.columns) == ["n", "k", "t", "o", "d (epoch)", "d (weekday)"]
    assert list(found["t"]) == ["two words", ""]
    np.testing.assert_array_equal(found["o"], [1.0, np.nan])
    np.testing.assert_array_equal(found["d (epoch)"], [1.0, np.nan])
    assert found["d (weekday)"][0] == 4


def test_a_category_may_be_seen_as_a_number_too():
    plan = [{"name": "year", "use": "categorical", "parts": ["number"]}]
    found = prepare(pd.DataFrame({"year": [1990, None]}), plan)
    assert found["year"][0] == "1990"
    assert pd.isna(found["year"][1])
    np.testing.assert_array_equal(found["year (number)"], [1990.0, np.nan])


def test_what_a_text_consists_of_is_counted():
    parts = ["characters", "words", "capitals", "digits", "signs"]
    plan = [{"name": "note", "use": "text", "parts": parts}]
    found = prepare(pd.DataFrame({"note": ["Call 07-1 NOW!", None]}), plan)
    assert list(found.columns) == ["note", *(f"note ({part})" for part in parts)]
    assert found.iloc[0, 1:].tolist() == [14, 3, 4, 3, 2]
    assert found.iloc[1, 1:].tolist() == [0] * 5


def test_categories_are_packed_in_the_file_and_are_the_same_after_it(tmp_path):
    rows = pd.DataFrame({"k": [f"{i % 7} é" for i in range(90)], "m": [*"ab", None] * 30})
    columns = transformer(
        Layout(numbers=(), few=("k",), many=("m",), texts=()), "tree", "regression", seed=0
    )
    columns.fit(rows.astype(object), np.arange(90.0))
    bundle = {"members": [{"pipeline": Pipeline([("features", columns)])}] * 2}
    before = [list(found) for e in encoders(bundle) for found in e.categories_]
    assert [len(found) for found in before] == [7, 3]
    save_bundle(bundle, tmp_path / "m.skops")
    with zipfile.ZipFile(tmp_path / "m.skops") as archive:
        states = archive.read("schema.json").decode()
        sizes = [(part.file_size, part.compress_size) for part in archive.infolist()]
    assert 3 * sum(packed for _, packed in sizes) < sum(plain for plain, _ in sizes)
    texts = re.findall(r'"content": "(.*)"', states)
    assert any(text.startswith(r"\"[") for text in texts)  # a list in one text
    assert not any(text.startswith(r"\"0 ") for text in texts)  # no category by itself
    again = load_bundle(tmp_path / "m.skops")
    for told in (bundle, again):
        after = [list(found) for e in encoders(told) for found in e.categories_]
        assert repr(after) == repr(before)  # missing ones are not equal to themselves
    found = again["members"][0]["pipeline"][0].transform(rows.astype(object))
    np.testing.assert_array_equal(found, columns.transform(rows.astype(object)))


def test_absent_columns_are_missing_and_no_rows_are_no_error():
    found = prepare(pd.DataFrame(index=range(3)), PLAN)
    assert len(found) == 3
    assert found["n"].isna().all()
    assert len(prepare(pd.DataFrame({"n": []}), PLAN)) == 0


class Constant:
    """An estimator that tells how often it was asked."""

    def __init__(self, value):
        self.value, self.calls = value, 0

    def transform(self, rows):
        self.calls += 1
        return rows[["n"]].to_numpy()

    def predict(self, x):
        return np.full(len(x), self.value)


def test_members_are_averaged_by_weight_in_blocks_and_share_features(monkeypatch):
    monkeypatch.setattr(serving, "BLOCK_ROWS", 4)
    shared = Constant(0)
    members = [
        {"pipeline": [shared, Constant(1.0)], "classes": [], "weight": 1.0},
        {"pipeline": [shared, Constant(4.0)], "classes": [], "weight": 2.0},
    ]
    bundle = {"classes": [], "frame": PLAN[:1], "members": members}
    assert list(raw_scores(bundle, pd.DataFrame({"n": range(10)}))) == [3.0] * 10
    assert shared.calls == 3
    assert len(raw_scores(bundle, pd.DataFrame({"n": []}))) == 0


def test_a_row_alone_has_the_type_of_text_that_it_has_among_others():
    """Encoders know NaN as a category: None, as a row alone had it, was one never seen."""
    table = pd.DataFrame({"city": ["Ely", None, "Ayr"]})
    plan = [{"name": "city", "use": "categorical"}]
    together, alone = prepare(table, plan), prepare(table.iloc[[1]], plan)
    assert (alone.dtypes == together.dtypes).all()
    assert str(alone["city"][0]) == str(together["city"][1])


@pytest.mark.parametrize("year", [2, 1511, 1969, 2021, 2300, 9999])
@pytest.mark.parametrize("unit", [None, "s", "us"])
def test_dates_of_any_year_are_days(year, unit):
    days = [dt.date(year, 3, 1), None, dt.date(2021, 1, 1)]
    values = pd.Series(days, dtype=object)
    if unit is not None:
        values = pd.Series(pd.array(days, dtype=f"datetime64[{unit}]"))
    found = serving.days_since_1970(serving.as_moments(values))
    first = dt.date(1970, 1, 1)
    assert found[0] == (days[0] - first).days
    assert np.isnan(found[1])
    assert found[2] == (days[2] - first).days


ODD = [
    *(None, np.nan, pd.NA, pd.NaT, "", " a ", "1,234 kg", "true", "3.0", "nan", True, np.True_),
    *(3, 3.0, -0.0, 1e300, np.inf, 2**53 + 1, np.float32(0.1), np.int8(-1)),
    *(pd.Timestamp("2024-02-03"), dt.time(3, 4), b"x"),
]


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("read", [as_text, as_number])
def test_one_value_is_read_as_among_others(read, value):
    for kind in (object, None):
        many = pd.Series([value, value], dtype=kind)
        (alone,), (among, _) = read(many.iloc[:1]), read(many)
        assert type(alone) is type(among)
        assert alone == among or (pd.isna(alone) and pd.isna(among))
