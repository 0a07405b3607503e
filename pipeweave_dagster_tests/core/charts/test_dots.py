"""Dot charts name each row, and place its dot between the least and the largest value."""

import re

from pipeweave_dagster.core.charts.dots import dot_chart


def test_each_row_has_its_name_its_place_and_its_value():
    svg = dot_chart([("Mitte <b>", -5.0), ("Spandau", 0.0), ("a" * 50, 5.0)], "Means")
    places = [float(x) for x in re.findall(r'<circle[^>]* cx="([0-9.]+)"', svg)]
    assert places == sorted(places)
    assert places[1] - places[0] == places[2] - places[1] > 50
    assert "Mitte &lt;b&gt;" in svg
    assert "<b>" not in svg
    assert all(f">{text}</text>" in svg for text in ("-5", "0", "5", "Spandau"))


def test_equal_values_and_no_rows_are_drawn():
    assert dot_chart([("a", 1.0), ("b", 1.0)], "Same").count("<circle") == 2
    assert dot_chart([], "None").count("<circle") == 0
