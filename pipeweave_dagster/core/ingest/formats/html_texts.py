"""The texts of cells of web pages, as browsers show them."""

import re

BREAK = "\0"
"""Stands where a line ends."""
RAISED = "\1"
"""Stands where raised text begins."""
_RAISED = re.compile(r"(\d?)[ \xa0]*\x01+\s*(\S?)")
_SHOWN = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,16})(?:\.(\d{1,15}))?")
_EXACT = re.compile(r"-?\d{1,17}(?:\.\d{1,17})?")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_ODD = re.compile(r"[\t\n\r\f\0]|  ")


def cell_text(texts: list[str]) -> str:
    r"""Return the text of a cell as browsers show it, with `\n` where a line ends.

    Raised text behind a digit stays apart from it: 10³ is not 103, and 59 with a footnote not 591.

    Example:
        >>> cell_text(["New\n   York ", "\0", "\xa05 "])
        'New York\n5'
        >>> [cell_text([a, RAISED, b]) for a, b in (("10", "3"), ("59", "p"), ("km", "2"))]
        ['10^3', '59 p', 'km2']
    """
    text = texts[0] if len(texts) == 1 else "".join(texts)
    if RAISED in text:
        text = _RAISED.sub(_apart, text)
    if _ODD.search(text):
        lines = (
            _SPACE.sub(" ", line).replace("\xa0", " ").strip(" ") for line in text.split(BREAK)
        )
        return "\n".join(filter(None, lines))
    return text.replace("\xa0", " ").strip(" ")


def _apart(found: re.Match[str]) -> str:
    before, after = found.groups()
    if before and after:
        return f"{before}^{after}" if after.isdigit() else f"{before} {after}"
    return before + after


def exact_number(text: str, exact: str | None) -> str:
    """Return the number of a cell with all its digits, where the cell shows it rounded.

    Numbers with a decimal comma stay as they are shown, as those beside them may.

    Args:
        text: What the cell shows.
        exact: What Excel holds (`x:num`).

    Example:
        >>> exact_number("1,234.57", "1234.5678"), exact_number("31.12.04", "38352")
        ('1234.5678', '31.12.04')
        >>> exact_number("00012", "12")  # a code
        '00012'
    """
    shown = _SHOWN.fullmatch(text)
    if shown is None or exact is None or not _EXACT.fullmatch(exact):
        return text
    decimals = len(shown.group(1) or "")
    near = abs(float(text.replace(",", "")) - float(exact)) <= 0.51 * 10.0**-decimals
    return exact if near else text
