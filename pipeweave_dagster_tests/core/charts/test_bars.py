"""Bar charts are safe and small, and show headings, labels and footnotes."""

from pipeweave_dagster.core.charts.bars import bar_chart, column_chart, histogram_chart

NAN = float("nan")


def test_bar_charts_are_safe(hostile, assert_safe):
    rows = [(hostile, 1.0), ("b", NAN)]
    assert_safe(bar_chart(rows, hostile, heading=hostile, footnote=hostile))
    assert_safe(bar_chart([], "nothing"))


def test_histograms_are_safe(hostile, assert_safe):
    assert_safe(histogram_chart([0, 1, 2], [3, 0], hostile, labels=(hostile, "b", "c")))
    assert_safe(histogram_chart([0], [], "nothing"))


def test_column_charts_are_safe(hostile, assert_safe):
    assert_safe(column_chart([hostile, "b"], [1.0, None], hostile))
    assert_safe(column_chart([], [], "nothing"))


def test_the_ends_of_a_histogram_are_its_first_and_last_edge():
    chart = histogram_chart([0.5, 1, 2], [3, 1], "h")
    assert [chart.count(f">{end}<") for end in ("0.5", "2")] == [1, 1]
