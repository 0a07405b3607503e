"""Rows unlike the training rows are flagged, and rows like them rarely."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.prediction.outside_training import (
    FALSE_FLAGS,
    learn_region,
    outside_note,
)

RNG = np.random.default_rng(8)


def rows(count, shift=0.0):
    """Two columns that move together, one with heavy tails, a count, gaps and a category."""
    common = RNG.normal(size=count)
    frame = pd.DataFrame(
        {
            "a": common + shift,
            "b": common + RNG.normal(size=count) / 5,
            "tail": RNG.standard_t(2, count) * 1e6,
            "n": RNG.poisson(2, count),
            "kind": RNG.choice(["x", "y"], count),
            "day": pd.Timestamp("2020-01-01"),
            "same": 3.0,
        }
    )
    frame.loc[RNG.random(count) < 0.1, "b"] = np.nan
    return frame


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    path = tmp_path_factory.mktemp("region") / "reference.parquet"
    frame = rows(4000)
    frame.to_parquet(path)
    return learn_region(path, list(frame))


def test_rows_like_the_training_rows_are_flagged_as_rarely_as_stated(region):
    share = region.outside(rows(20_000)).mean()
    assert FALSE_FLAGS / 2 < share < 2 * FALSE_FLAGS


def test_unusual_values_and_unusual_combinations_are_flagged(region):
    assert region.outside(rows(500, shift=8)).mean() > 0.95
    assert region.outside(rows(500).assign(n=60)).all()
    apart = rows(500).assign(a=1.8, b=-1.8)  # each of them is usual
    assert region.outside(apart).mean() > 0.95


def test_dates_and_categories_do_not_count(region):
    changed = rows(5000).assign(day=pd.Timestamp("2040-01-01"), kind="z")
    assert region.outside(changed).mean() < 2 * FALSE_FLAGS


def test_too_few_rows_or_no_numbers_give_no_region(tmp_path):
    rows(199).to_parquet(tmp_path / "few.parquet")
    assert learn_region(tmp_path / "few.parquet", ["a", "b"]) is None
    rows(2000).to_parquet(tmp_path / "texts.parquet")
    assert learn_region(tmp_path / "texts.parquet", ["kind", "day"]) is None


def test_one_row_is_not_counted():
    assert outside_note(1, 1).startswith("This row is unlike the training rows")
    assert outside_note(1, 2).startswith("1 of 2 rows (50.0%) are unlike")
