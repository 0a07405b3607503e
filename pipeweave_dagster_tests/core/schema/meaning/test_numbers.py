"""Numeric columns: which of them are coordinates."""

import pytest

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.numbers import meaning_of_numbers


def kind(name, others=(), low=-3.1, high=2.9):
    profile = ColumnProfile(name, "number", 500, 0, 480, low=low, high=high)
    return meaning_of_numbers(profile, [name, *others]).type


@pytest.mark.parametrize(
    "name",
    ["how long it took", "how_long", "long term debt", "too_long", "lat pulldown", "so long (h)"],
)
def test_long_and_lat_as_ordinary_words_are_no_coordinates(name):
    assert kind(name) == "numeric"
    assert kind(name, ["how short", "lat", "long"]) == "numeric"


@pytest.mark.parametrize(
    "name",
    ["long", "LNG", "lat", "start_long", "pickup lat", "startLat", "long_2", "lon1", "Lat (deg)",
     "station.latitude", "how longitude changed", "end lng"],
)  # fmt: skip
def test_names_that_are_only_that_are_coordinates(name):
    assert kind(name) == "geo"
    assert kind(name, low=-200.0) == "numeric"


def test_in_a_longer_name_they_count_as_a_pair():
    assert kind("nest of bird long") == "numeric"
    assert kind("nest of bird long", ["nest of bird lat"]) == "geo"
    assert kind("nest of bird lat", ["Nest_of_bird_LNG"]) == "geo"
    assert kind("how long it took", ["how far it took"]) == "numeric"
