"""Text of unknown origin is shown, and does nothing else."""

import re
from html import escape

import pytest
from markdown_it import MarkdownIt

from pipeweave_dagster.core.safe_text import markdown_text, plain

HOSTILE = [
    "<script>alert(1)</script>",
    "[link](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "a | b\n| c | d |",
    "`code` **bold** ~~struck~~",
    "=cmd|'/c calc'!A1",
    "\u202egnp.exe",
    "http://evil.example",
    "www.evil.example",
    "# heading",
    "$\\frac{1}{2}$",
    "_under_ __scored__ &lt;",
    "ends with a backslash \\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_in_a_table(text: str) -> None:
    page = f"| a |\n| --- |\n| {markdown_text(text)} |"
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(page)
    shown = re.sub(r"</?(table|thead|tbody|tr|th|td)>\n?", "", html)
    assert shown == f"a{escape(plain(' '.join(text.split())), quote=False)}"


@pytest.mark.parametrize(
    "link", ["http://evil.example", "https://e.x", "www.evil.example", "a@b.c"]
)
def test_no_link_is_made_of_a_bare_address(link: str) -> None:
    assert link not in markdown_text(link)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("a\nb", "a\\u000ab"),
        ("é 漢", "é 漢"),
        ("x" * 99, "x" * 79 + "…"),
    ],
)
def test_what_reorders_or_hides_text_is_shown_as_its_code(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_long_text_is_cut() -> None:
    assert markdown_text("x" * 10_000, 80) == "x" * 79 + "…"
