"""Raw columns become the same features in training and scoring."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.model.prepare_features import prepare

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


def test_absent_columns_are_missing_and_no_rows_are_no_error():
    found = prepare(pd.DataFrame(index=range(3)), PLAN)
    assert len(found) == 3
    assert found["n"].isna().all()
    assert len(prepare(pd.DataFrame({"n": []}), PLAN)) == 0


def test_a_row_alone_has_the_type_of_text_that_it_has_among_others():
    """Encoders know NaN as a category: None, as a row alone had it, was one never seen."""
    table = pd.DataFrame({"city": ["Ely", None, "Ayr"]})
    plan = [{"name": "city", "use": "categorical"}]
    together, alone = prepare(table, plan), prepare(table.iloc[[1]], plan)
    assert (alone.dtypes == together.dtypes).all()
    assert str(alone["city"][0]) == str(together["city"][1])


@pytest.mark.parametrize("entry", [
    {"name": "a", "use": "numeric"},
    {"name": "a", "use": "boolean"},
    {"name": "a", "use": "categorical", "parts": ["number"]},
    {"name": "made", "use": "derived", "columns": ["a", "b"], "operator": "product"},
    {"name": "made", "use": "derived", "columns": ["a", "b"], "operator": "ratio"},
])  # fmt: skip
def test_every_number_fits_into_the_float32_of_learners(entry):
    largest = np.finfo(float).max
    table = pd.DataFrame({"a": [largest, -largest, 3.5e38, None, 1.0], "b": [1e-5, 1e5, 9, 1, 1]})
    features = prepare(table, [entry])
    for column in features.select_dtypes("number"):
        numbers = features[column].to_numpy(dtype=np.float32)
        assert not np.isinf(numbers).any()
        assert np.isnan(numbers).tolist()[3:] == [True, False]
