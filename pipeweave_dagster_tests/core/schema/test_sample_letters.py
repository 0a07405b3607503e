"""What the type model sees of letters and words, the same in training and in use."""

import numpy as np

from pipeweave_dagster.core.schema.type_model import forests
from pipeweave_dagster.core.schema.type_model.name_words import COUNT, name_words
from pipeweave_dagster.core.schema.type_model.sample_ngrams import (
    SAMPLE_BUCKETS,
    character_pattern,
    hash_samples,
)


def test_forms_keep_signs_and_kinds():
    assert character_pattern(" Ab-12 é ") == "Aa-99 é"


def test_places_are_sorted_without_doubles_and_the_same_in_every_process():
    places = hash_samples(["12 km", "12 km", "x"])
    assert (np.diff(places) > 0).all()
    assert places[-1] < SAMPLE_BUCKETS
    assert (places == hash_samples(["x", "12 km"])).all()
    assert len(hash_samples([])) == 0
    assert places[:3].tolist() == [109, 146, 188]


def test_plain_names_are_told_from_made_up_ones():
    plain, made_up = name_words("house price"), name_words("s2p3fertx_qzl")
    assert len(plain) == len(made_up) == len(name_words("")) == COUNT
    assert plain[0] < made_up[0]
    assert plain[4] == plain[5] == 1.0
    assert made_up[4] == made_up[5] == 0.0


def test_the_mean_of_two_models_is_that_of_their_logarithms():
    first, second = np.array([[0.0, 2.0]]), np.array([[1.0, 1.0]])
    average_log_proba = forests.softmax(forests.average_log_proba(first, second))
    assert np.allclose(average_log_proba, forests.softmax(np.array([[0.0, 1.0]])))
