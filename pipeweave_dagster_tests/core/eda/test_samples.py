"""Sample rows are shown only where the settings allow it."""

from pipeweave_dagster.core.eda import ReportOptions
from pipeweave_dagster_tests.core.eda.hourly_rows import WARM, N, summary


def test_rows_are_shown_only_where_the_options_allow_it(tmp_path):
    columns = {
        "mail": [f"p{i}@x.org" for i in range(N)],
        "town": ["York", "Bath"] * (N // 2),
        "y": WARM,
    }
    personal = {"pii": {"mail": "email"}}
    found, html = summary(tmp_path, columns, **personal)
    assert found["samples"] is None
    assert "First rows" not in html
    found, html = summary(tmp_path, columns, options=ReportOptions(samples=3), **personal)
    assert found["samples"]["columns"] == ["town", "y"]
    assert [row[0] for row in found["samples"]["rows"]] == ["York", "Bath", "York"]
    assert "p0@x.org" not in html
