"""Folds of a split by time: those of scikit-learn's TimeSeriesSplit, whatever the order of rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit

from pipeweave_dagster.core.documents import SplitSpec
from pipeweave_dagster.core.training.data.folds import make_folds
from pipeweave_dagster.core.training.data.split import split_rows

SPEC = SplitSpec(kind="time", column="t")


def split_of(when):
    return split_rows(SPEC, pd.DataFrame({"t": when}), when, np.zeros(len(when), dtype=np.intp))


@pytest.mark.parametrize("rows", [60, 101, 998])
def test_folds_equal_those_of_scikit_learn(rows):
    when = pd.Series(pd.date_range("2020-01-01", periods=rows)).sample(frac=1, random_state=rows)
    when = when.reset_index(drop=True)
    split = split_of(when)
    folds = make_folds(split, np.arange(rows) % 2.0, hold_out=False)[::-1]
    ranked = np.argsort(when.to_numpy()[split.train])
    theirs = list(TimeSeriesSplit(n_splits=SPEC.folds).split(ranked))
    assert len(folds) == len(theirs)
    for (learn, valid), (earlier, later) in zip(folds, theirs, strict=True):
        assert set(learn) == set(ranked[earlier])
        assert set(valid) == set(ranked[later])


def test_rows_of_one_moment_stay_together():
    when = pd.Series(pd.date_range("2020-01-01", periods=20)).repeat(7).reset_index(drop=True)
    split = split_of(when)
    for moment in when.unique():
        assert len(set(split.fold[when == moment])) == 1


def test_folds_do_not_depend_on_the_order_of_the_rows():
    when = pd.Series(pd.date_range("2020-01-01", periods=50)).repeat(3).reset_index(drop=True)
    mixed = np.random.default_rng(0).permutation(len(when))
    assert (
        split_of(when.iloc[mixed].reset_index(drop=True)).fold == split_of(when).fold[mixed]
    ).all()
