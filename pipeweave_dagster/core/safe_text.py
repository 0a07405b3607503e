"""Text of unknown origin (names, values, messages) made safe to show: plain, and as Markdown."""

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# Markdown's own characters (an underscore inside a word is none), and what GitHub turns into
# formulas, mentions and links.
_SPECIAL = re.compile(r"[\\`*{}\[\]<>#!|~&$@]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")


def plain(text: object, limit: int = 80) -> str:
    """Return a string without control, invisible or direction-changing characters, cut to `limit`.

    Characters that would reorder or hide the text around them are shown as their code point.
    """
    clean = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", str(text)[: 4 * limit])
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def markdown_text(text: object, limit: int = 200) -> str:
    r"""Return one line of inert Markdown: nothing in it becomes a link, an image, a tag or a cell.

    Args:
        text: Anything; its string form is shown.
        limit: Maximum number of characters shown; escapes do not count.

    Example:
        >>> markdown_text("[a](http://b.c) | <d>")
        '\\[a\\](http\\://b.c) \\| \\<d\\>'
    """
    one_line = " ".join(str(text)[: 4 * limit].split())
    return _SPECIAL.sub(r"\\\g<0>", plain(one_line, limit))
