"""Test rows of one group, or of one stretch of time, are one cluster."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.training.data.clusters import clusters_of


def training_set(kind, divider):
    test = np.arange(20, 80)
    return SimpleNamespace(
        spec=SimpleNamespace(split=SimpleNamespace(kind=kind)),
        table=SimpleNamespace(divider=divider),
        split=SimpleNamespace(test=test),
        features=pd.DataFrame({"x": np.arange(len(divider))}),
    )


def test_a_cluster_is_a_group():
    shop = pd.Series([f"s{k % 10}" for k in range(100)])
    clusters = clusters_of(training_set("group", shop))
    assert len(set(zip(clusters, shop[20:80], strict=True))) == 10


def test_a_cluster_is_a_stretch_of_time_whatever_the_order():
    day = pd.Series(pd.date_range("2020-01-01", periods=100))
    clusters = clusters_of(training_set("time", day))
    assert (np.diff(clusters) >= 0).all()
    assert len(set(clusters)) == 30
    assert (clusters_of(training_set("time", day[::-1])) == clusters[::-1]).all()


@pytest.mark.parametrize("kind", ["hash", "fold"])
def test_other_splits_have_none(kind):
    assert clusters_of(training_set(kind, pd.Series(np.arange(100) % 4))) is None


@pytest.mark.parametrize("kind", ["group", "time"])
def test_few_groups_are_groups_as_well(kind):
    clusters = clusters_of(training_set(kind, pd.Series(np.arange(100) % 4)))
    assert len(set(clusters)) == 4
