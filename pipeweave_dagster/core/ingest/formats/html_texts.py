"""The texts of cells of web pages, as browsers show them."""

import re

BREAK = "\0"
"""Stands where a line ends."""
_SHOWN = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,17})(?:\.(\d{1,15}))?")
_EXACT = re.compile(r"-?\d{1,17}(?:\.\d{1,17})?")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_ODD = re.compile(r"[\t\n\r\f\0]|  ")


def cell_text(texts: list[str]) -> str:
    r"""Return the text of a cell as browsers show it, with `\n` where a line ends.

    Example:
        >>> cell_text(["New\n   York ", "\0", "\xa05 "])
        'New York\n5'
    """
    text = texts[0] if len(texts) == 1 else "".join(texts)
    if _ODD.search(text):
        lines = (
            _SPACE.sub(" ", line).replace("\xa0", " ").strip(" ") for line in text.split(BREAK)
        )
        return "\n".join(filter(None, lines))
    return text.replace("\xa0", " ").strip(" ")


def exact_number(text: str, exact: str | None) -> str:
    """Return the number of a cell with all its digits, where the cell shows it rounded.

    Numbers with a decimal comma stay as they are shown, as those beside them may.

    Args:
        text: What the cell shows.
        exact: What Excel holds (`x:num`).

    Example:
        >>> exact_number("1,234.57", "1234.5678"), exact_number("31.12.04", "38352")
        ('1234.5678', '31.12.04')
    """
    shown = _SHOWN.fullmatch(text)
    if shown is None or exact is None or not _EXACT.fullmatch(exact):
        return text
    decimals = len(shown.group(1) or "")
    near = abs(float(text.replace(",", "")) - float(exact)) <= 0.51 * 10.0**-decimals
    return exact if near else text
