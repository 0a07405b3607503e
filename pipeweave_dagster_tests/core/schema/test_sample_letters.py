"""What the linear part of the type model sees, the same in training and in use."""

import numpy as np

from pipeweave_dagster.core.schema import type_model
from pipeweave_dagster.core.schema.sample_letters import (
    BINS,
    SAMPLE_BUCKETS,
    bins_of,
    edges_of,
    form_of,
    sample_buckets,
)


def test_forms_keep_signs_and_kinds():
    assert form_of(" Ab-12 é ") == "Aa-99 é"


def test_places_are_sorted_without_doubles_and_the_same_in_every_process():
    places = sample_buckets(["12 km", "12 km", "x"])
    assert (np.diff(places) > 0).all()
    assert places[-1] < SAMPLE_BUCKETS
    assert (places == sample_buckets(["x", "12 km"])).all()
    assert len(sample_buckets([])) == 0
    assert places[:3].tolist() == [109, 146, 188]


def test_every_figure_falls_into_one_of_its_own_bins():
    figures = np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0], [9.0, 5.0]], np.float32)
    edges = edges_of(figures)
    places = bins_of(figures, edges)
    assert (places // BINS == [0, 1]).all()
    assert (np.diff(places[:, 0]) > 0).all()
    assert len(set(places[:, 1].tolist())) == 1
    outside = bins_of(np.array([[-1e30, np.float32(1e30)]], np.float32), edges)
    assert (outside // BINS == [0, 1]).all()


def test_the_mean_of_two_models_is_that_of_their_logarithms():
    first, second = np.array([[0.0, 2.0]]), np.array([[1.0, 1.0]])
    joined = type_model.softmax(type_model.joined(first, second))
    assert np.allclose(joined, type_model.softmax(np.array([[0.0, 1.0]])))
