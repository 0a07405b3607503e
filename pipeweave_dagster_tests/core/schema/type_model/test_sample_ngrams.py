"""The type model sees the same n-grams in training and in use."""

import numpy as np

from pipeweave_dagster.core.schema.type_model.sample_ngrams import (
    SAMPLE_BUCKETS,
    character_pattern,
    hash_samples,
)


def test_patterns_keep_signs_and_character_classes():
    assert character_pattern(" Ab-12 é ") == "Aa-99 é"


def test_buckets_are_sorted_distinct_and_the_same_in_every_process():
    places = hash_samples(["12 km", "12 km", "x"])
    assert (np.diff(places) > 0).all()
    assert places[-1] < SAMPLE_BUCKETS
    assert (places == hash_samples(["x", "12 km"])).all()
    assert len(hash_samples([])) == 0
    assert places[:3].tolist() == [109, 146, 188]
