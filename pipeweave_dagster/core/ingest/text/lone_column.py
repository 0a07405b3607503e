"""Tables of one column: whether the text on their first line is rather a value than a name.

Nothing beside the column distinguishes a header from a row, so the text itself must: it has the
form of a code that every value has, or consists of words of a small vocabulary that every value is
made of.
"""

import re
from collections import Counter

from pipeweave_dagster.core.ingest.text.first_lines import Line

_MIN_VALUES, _MIN_SHARE = 4, 0.9
_WORD = re.compile(r"\w+")
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]"), re.compile(r"\d")


class LoneColumn:
    """The first values of a table of one column; of a wider table nothing is known.

    Args:
        lines: The first lines of a file.
    """

    def __init__(self, lines: list[Line]) -> None:
        single = bool(lines) and lines[0].width == 1
        texts = [line.cells[0] for line in lines if line.filled] if single else []
        self._count = len(texts)
        self._forms = Counter(map(_code_form, texts))
        self._words = Counter(word for text in texts for word in _words(text))
        self._closed = sum(map(self._of_known_words, texts))

    def is_value(self, names: list[Line]) -> bool:
        """Return whether one line that may be the header is rather a value of its column.

        Example:
            >>> column = LoneColumn([Line([f"A{n}"], 1, 1) for n in range(200, 210)])
            >>> column.is_value([Line(["A200"], 1, 1)]), column.is_value([Line(["code"], 1, 1)])
            (True, False)
        """
        if len(names) != 1 or self._count <= _MIN_VALUES:
            return False
        text, most = names[0].cells[0], _MIN_SHARE * self._count
        form = _code_form(text)
        if form is not None and self._forms[form] >= most:
            return True
        return self._of_known_words(text) and self._closed >= most

    def _of_known_words(self, text: str) -> bool:
        """Return whether a text has several words, all of which other values have, too."""
        words = _WORD.findall(text.casefold())
        return len(words) > 1 and all(self._words[word] > 1 for word in words)


def _words(text: str) -> set[str]:
    return {*_WORD.findall(text.casefold())}


def _code_form(text: str) -> str | None:
    """Return a code of letters and digits with each replaced by its class; None for other texts.

    Example:
        >>> _code_form("AB-12"), _code_form("Smith")
        ('aa-99', None)
    """
    if not (_LETTERS.search(text) and _DIGITS.search(text)):
        return None
    return _DIGITS.sub("9", _LETTERS.sub("a", text))
