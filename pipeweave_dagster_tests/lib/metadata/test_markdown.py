"""Metadata as Markdown: cells are cut, tables say what they left out, figures read well."""

from pipeweave_dagster.lib.metadata import markdown


def test_a_long_name_is_cut() -> None:
    assert len(markdown.text("x" * 10_000)) == 80


def test_a_cell_is_inert() -> None:
    assert "| \\<b\\>\\|c |" in markdown.table(["a"], [["<b>|c"]])


def test_a_table_says_what_it_left_out() -> None:
    told = markdown.table(["a"], [(i,) for i in range(100)], limit=10)
    assert "90 more" in told
    assert "| 9 |" in told
    assert "| 10 |" not in told


def test_figures_read_well() -> None:
    assert markdown.number(1234567) == "1,234,567"
    assert markdown.number(None) == "-"
    assert markdown.number(0.123456) == "0.1235"
    assert markdown.interval(0.5, 0.25, 0.75) == "0.5 [0.25, 0.75]"
    assert markdown.interval(23584.9, 22101.2, 24907.7) == "23,585 [22,101, 24,908]"
    assert markdown.interval(None, None, None) == "-"


def test_a_picture_that_is_too_large_is_left_out() -> None:
    assert markdown.inline_svg("<svg>" + "x" * 70_000, "large") is None
    small = markdown.inline_svg("<svg/>", "small](javascript:x)")
    assert small is not None
    assert (small.value or "").startswith(r"![small\](javascript:x)](data:")
