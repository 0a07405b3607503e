"""Categories that come with a dictionary, as blocks of a batch have them, are categories as any."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.model.unseen_categories import category_columns, unseen_categories
from pipeweave_dagster.core.prediction.score_table import row_blocks

TEXTS = st.lists(
    st.sampled_from(["a", "B", "b ", " é", "007", "7", "n.d.", "", "yes", "1,5 kg", None]),
    min_size=1,
    max_size=40,
)
WAYS: list[dict[str, Any]] = [
    {"use": "categorical"},
    {"use": "categorical", "merge_spellings": True},
    {"use": "categorical", "missing": ["n.d."], "parts": ["number"]},
    {"use": "ordinal", "order": ["a", "B", "7"]},
]


@pytest.mark.parametrize("way", WAYS)
@given(TEXTS, st.integers(0, 20))
@settings(max_examples=50, deadline=None)
def test_features_and_unseen_categories_are_those_of_texts(
    way: dict[str, Any], texts: list[str | None], first: int
) -> None:
    frame: list[Any] = [{"name": "c", **way}]
    plain = pd.DataFrame({"c": pd.Series(texts, dtype="str")})
    coded = plain.astype({"c": "category"}).iloc[first % len(texts) :].reset_index(drop=True)
    plain = plain.iloc[first % len(texts) :].reset_index(drop=True)

    pd.testing.assert_frame_equal(prepare(coded, frame), prepare(plain, frame))
    known = {"c": {"a", "7", "yes"}}
    found, expected = (
        unseen_categories({"frame": frame}, rows, known).get("c") for rows in (coded, plain)
    )
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found[:3] == expected[:3]
        assert found.rows.tolist() == expected.rows.tolist()


def test_blocks_have_codes_of_texts_alone(tmp_path: Path) -> None:
    columns = {"c": ["b", None, "a", "b"], "n": [1, 2, None, 2], "t": ["x", "y", "z", "x"]}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")

    (block,) = row_blocks(tmp_path / "t.parquet", ["c", "n", "t"], ["c", "n"])

    assert isinstance(block["c"].dtype, pd.CategoricalDtype)
    assert block["c"].astype(object).where(block["c"].notna(), None).tolist() == columns["c"]
    assert block["n"].dtype == "float64"
    assert not isinstance(block["t"].dtype, pd.CategoricalDtype)


def test_columns_with_another_use_are_no_plain_categories() -> None:
    frame: list[Any] = [
        {"name": "a", "use": "categorical"},
        {"name": "b", "use": "categorical"},
        {"name": "n", "use": "numeric"},
        {"name": "b by n", "use": "derived", "operator": "group_mean", "columns": ["n", "b"]},
    ]
    assert category_columns(frame) == ["a"]
