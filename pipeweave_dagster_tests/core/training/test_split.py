"""Which rows are test rows: stable, balanced, and never with a copy on the other side."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import SplitSpec
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.training.split import split_rows, strata_of


@pytest.fixture
def rows():
    rng = np.random.default_rng(1)
    return pd.DataFrame({"x": rng.normal(size=1000), "k": rng.choice(["a", "b"], 1000)})


def test_a_row_keeps_its_side_when_the_table_grows(rows):
    strata = np.zeros(len(rows), dtype=np.intp)
    few = split_rows(SplitSpec(), rows.iloc[:600], None, strata[:600])
    many = split_rows(SplitSpec(), rows, None, strata)
    assert set(few.test) == {r for r in many.test if r < 600}
    assert 0.15 < len(many.test) / 1000 < 0.25


def test_the_order_of_rows_and_columns_does_not_matter(rows):
    strata = np.zeros(len(rows), dtype=np.intp)
    mixed = rows[["k", "x"]].iloc[::-1].reset_index(drop=True)
    there = split_rows(SplitSpec(), mixed, None, strata).test
    assert set(999 - there) == set(split_rows(SplitSpec(), rows, None, strata).test)


def test_copies_of_a_row_stay_together(rows):
    twice = pd.concat([rows, rows], ignore_index=True)
    split = split_rows(SplitSpec(), twice, None, np.zeros(2000, dtype=np.intp))
    test = set(split.test)
    assert all((r in test) == (r + 1000 in test) for r in range(1000))
    assert (split.fold[:1000] == split.fold[1000:]).all()


def test_tables_of_few_combinations_are_still_divided():
    rows = pd.DataFrame({"k": ["a", "b"] * 200})
    split = split_rows(SplitSpec(), rows, None, np.tile([0, 1], 200).astype(np.intp))
    assert 40 < len(split.test) < 120
    assert "copies" in split.note


def test_folds_are_balanced_and_rare_classes_always_learned(rows):
    strata = np.zeros(1000, dtype=np.intp)
    strata[:30] = 1
    strata[30] = 2
    split = split_rows(SplitSpec(), rows, None, strata)
    assert 30 in split.train
    assert split.fold[30] == -1
    counts = np.bincount(split.fold[split.train][split.fold[split.train] >= 0])
    assert counts.max() - counts.min() <= 3
    assert all((strata[split.fold == k] == 1).any() for k in range(5))


@pytest.mark.parametrize("classes", [1, 3])
def test_groups_are_never_torn_apart(rows, classes):
    groups = pd.Series(np.repeat(np.arange(100), 10))
    strata = np.random.default_rng(0).integers(0, classes, 1000)
    split = split_rows(SplitSpec(kind="group", column="g"), rows, groups, strata)
    side = np.isin(np.arange(1000), split.test)
    assert all(side[g * 10 : g * 10 + 10].all() or not side[g * 10 : g * 10 + 10].any()
               for g in range(100))  # fmt: skip
    assert len(set(groups[split.test])) > 5
    assert (np.ptp(split.fold.reshape(100, 10), axis=1) == 0).all()
    assert set(split.fold) == {-1, 0, 1, 2, 3, 4}


def test_time_split_tests_on_the_last_rows_and_folds_look_back_only(rows):
    when = pd.Series(pd.date_range("2020-01-01", periods=1000)).sample(frac=1, random_state=0)
    when = when.reset_index(drop=True)
    split = split_rows(
        SplitSpec(kind="time", column="t"), rows, when, np.zeros(1000, dtype=np.intp)
    )
    assert when[split.test].min() > when[split.train].max()
    assert split.ordered
    for k in range(4):
        assert when[split.fold == k].max() < when[split.fold == k + 1].min()


def test_the_users_folds_are_honoured(rows):
    fold = pd.Series(np.arange(1000) % 4 + 1)
    split = split_rows(
        SplitSpec(kind="fold", column="f"), rows, fold, np.zeros(1000, dtype=np.intp)
    )
    assert set(fold[split.test]) == {4}
    assert len(set(split.fold[split.train])) == 3


def test_a_split_that_leaves_one_side_empty_is_refused(rows):
    same = pd.Series(["only"] * 1000)
    with pytest.raises(PipeWeaveError, match="all rows on one side"):
        split_rows(SplitSpec(kind="fold", column="f"), rows, same, np.zeros(1000, dtype=np.intp))


def test_strata_of_a_skewed_value_do_not_fail():
    y = np.r_[np.zeros(95), np.arange(5)].astype(float)
    assert strata_of(y, 0).max() <= 10
