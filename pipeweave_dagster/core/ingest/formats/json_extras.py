"""Comments and trailing commas, which JSON does not allow and many programs and people write."""

import re
from typing import NamedTuple

_TEXT = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?'
# Each alternative takes what is not closed up to its line or the end, so that none is tried again
# from within: the time is linear in the length of the text, whatever is wrong with it.
_COMMENTS = re.compile(rf"{_TEXT}|//[^\n]*+|#[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_COMMAS = re.compile(rf"{_TEXT}|,(?=\s*+[\]}}])", re.DOTALL)
_NO_LINE_END = re.compile(r"[^\r\n]")


class PlainText(NamedTuple):
    """A text without what JSON does not allow, and how much of it there was."""

    text: str
    comments: int
    commas: int


def without_extras(text: str) -> PlainText | None:
    """Return a text without comments and trailing commas; None if it has none.

    Blanks take their place, so that the position of any other fault is that in the file.

    Args:
        text: JSON with `// …`, `# …`, `/* … */`, or commas before a closing bracket.

    Example:
        >>> without_extras('[1, 2,] // two')
        PlainText(text='[1, 2 ]       ', comments=1, commas=1)
    """
    plain, comments = _blanked(text, _COMMENTS) if "/" in text or "#" in text else (text, 0)
    plain, commas = _blanked(plain, _COMMAS)
    return PlainText(plain, comments, commas) if comments or commas else None


def is_comment(line: str) -> bool:
    """Return whether a line without surrounding blanks is a comment and nothing else."""
    block = line.startswith("/*") and line.find("*/") == len(line) - 2
    return block or line.startswith(("//", "#"))


def _blanked(text: str, pattern: re.Pattern[str]) -> tuple[str, int]:
    """Return a text with blanks for the matches that are no quoted texts, and their number."""
    count = 0

    def blank(match: re.Match[str]) -> str:
        nonlocal count
        found = match[0]
        if found.startswith('"'):
            return found
        count += 1
        return _NO_LINE_END.sub(" ", found)

    return pattern.sub(blank, text), count
