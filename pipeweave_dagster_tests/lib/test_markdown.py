"""Nothing that a stranger wrote can leave its cell."""

import pytest

from pipeweave_dagster.lib.metadata import markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "[link](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "a | b\n| c | d |",
    "`code` **bold** ~~struck~~",
    "=cmd|'/c calc'!A1",
    "\u202egnp.exe",
    "http://evil.example",
    "# heading",
    "$\\frac{1}{2}$",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_is_inert(value: str) -> None:
    told = markdown.text(value)
    assert not set("<>|[]`!*\n\u202e$#\\~") & set(told.replace("&#", ""))


def test_a_long_name_is_cut() -> None:
    assert len(markdown.text("x" * 10_000)) == 80


def test_a_table_says_what_it_left_out() -> None:
    told = markdown.table(["a"], [(i,) for i in range(100)], limit=10)
    assert "90 more" in told
    assert "| 9 |" in told
    assert "| 10 |" not in told


def test_figures_read_well() -> None:
    assert markdown.number(1234567) == "1,234,567"
    assert markdown.number(None) == "-"
    assert markdown.number(0.123456) == "0.1235"
    assert markdown.interval(0.5, 0.25, 0.75) == "0.500 [0.250, 0.750]"
    assert markdown.interval(None, None, None) == "-"


def test_a_picture_that_is_too_large_is_left_out() -> None:
    assert markdown.picture("<svg>" + "x" * 70_000, "large") is None
    small = markdown.picture("<svg/>", "small](javascript:x)")
    assert small is not None
    assert "](javascript" not in (small.value or "").split("data:")[0]
