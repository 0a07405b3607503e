"""Pictures are well-formed XML, escape every string, and stay small."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pipeweave_dagster.core.charts.standard import bar_chart, heat_map, histogram_chart, line_chart
from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.eda.associations import associations
from pipeweave_dagster_tests.factories import make_dataset

HOSTILE = '"><script>alert(1)</script>&\x00\u202e\ud800' + "x" * 10_000
NAN = float("nan")


@pytest.mark.parametrize(
    "chart",
    [
        bar_chart([(HOSTILE, 1.0), ("b", NAN)], HOSTILE),
        bar_chart([], "nothing"),
        histogram_chart([0, 1, 2], [3, 0], HOSTILE),
        histogram_chart([0], [], "nothing"),
        line_chart([(HOSTILE, [0, NAN, 1], [0, 1, float("inf")])], HOSTILE, diagonal=True),
        line_chart([], "nothing"),
        heat_map([HOSTILE], [HOSTILE], [[None]], HOSTILE),
        heat_map([], [], [], "nothing"),
    ],
)
def test_every_chart_is_safe(chart):
    ET.fromstring(chart)
    assert "<script" not in chart
    assert "nan" not in chart.lower().replace("nan</text>", "")
    assert len(chart) < 10_000


def test_columns_that_say_the_same_stand_together(tmp_path):
    rng = np.random.default_rng(0)
    sex = rng.integers(0, 2, 500)
    columns = {
        "noise": rng.normal(size=500),
        "sex": sex,
        "other": rng.integers(0, 4, 500),
        "gender": np.where(sex, "m", "f"),
        "male": sex == 1,
    }
    case = make_dataset(tmp_path, columns)
    found = associations(Table(case.data, case.schema).columns)
    assert [sorted(group) for group in found["groups"]] == [["gender", "male", "sex"]]
    i, j = (found["columns"].index(name) for name in ("noise", "sex"))
    assert found["matrix"][i][j] < 0.15
