"""Numbers in texts, with separators of either kind; dates and versions are none."""

import math

from pipeweave_dagster.core.columns.numbers_in_text import numbers_in


def test_separators_signs_and_units():
    assert numbers_in("1,234,567.8 km, -40 °C and 3,5 %") == [1234567.8, -40.0, 3.5]
    assert numbers_in("12 500 kr") == [12500.0]
    assert numbers_in("no number") == []


def test_dates_and_versions_are_no_numbers():
    assert all(math.isnan(value) for value in numbers_in("1.2.3 of 03.04.2021"))
