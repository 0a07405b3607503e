"""Names of columns behind the mark of a comment, as `numpy.savetxt`, gnuplot and COMSOL write them.

`# t x y` above rows of three fields names three columns. The file is rewritten with the names as a
header on the same line, so that line numbers stay true.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.ingest.text.marked_fields import names_above

_HEAD_LINES, _MOST_ROWS = 2000, 100
_MARKED = re.compile(r"\s*(#+|%+|//+|--+|!+)([ \t]*)(\S.*)")
_NO_MARK = re.compile(r"of\b|\W", re.IGNORECASE)
"""`# of rooms` is a name: the number of rooms. A further sign behind the mark is no name."""


@dataclass(frozen=True)
class _MarkedLine:
    """The last comment above the rows: its number (from 1) and parts, and if there are others."""

    number: int
    mark: str
    blank: str
    words: str
    alone: bool


def with_marked_names(
    text: Utf8Text, folder: Path, expected_names: tuple[str, ...] = ()
) -> Utf8Text:
    """Return the text with the names behind a comment mark as its header; the same without any.

    The names are as many as each row has fields. A mark that is a name itself stays: that of a
    column of numbers, or `#id`, unless other comments above show that it is a mark.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
        expected_names: Names of the training table, which may have the mark.
    """
    if text.names is not None:
        return text
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    line = _last_comment(head)
    if line is None or _is_expected(line, expected_names):
        return text
    rows = [row for row in head[line.number :] if row.strip() and not _MARKED.match(row)]
    found = names_above(rows[:_MOST_ROWS], line.words)
    if found is None or _is_name(line, numeric=found.numeric, blanks=found.blanks):
        return text
    target = folder / f"{text.path.name}.named"
    with text.path.open("rb") as source, target.open("wb") as sink:
        sink.writelines(_rewritten(source, head[line.number - 1], found.header))
    note = f"The names of the columns stand behind {line.mark!r}, the mark of a comment."
    names = line.number if found.certain else None
    return replace(text, path=target, notes=(*text.notes, note), names=names)


def _last_comment(head: list[str]) -> _MarkedLine | None:
    """Return the last of the comments that the file begins with; None without any."""
    rows = (i for i, text in enumerate(head) if text.strip() and not _MARKED.match(text))
    comments = [
        (i, m) for i, text in enumerate(head[: next(rows, 0)], 1) if (m := _MARKED.match(text))
    ]
    if not comments:
        return None
    number, match = comments[-1]
    return _MarkedLine(number, match[1], match[2], match[3].rstrip(), alone=len(comments) == 1)


def _is_name(line: _MarkedLine, *, numeric: bool, blanks: bool) -> bool:
    """Return whether a mark is part of a name: `#id`, `# of rooms`, `% change` beside texts."""
    if _NO_MARK.match(line.words) or line.mark in line.words:
        return True
    share = line.mark.startswith("%") and not blanks and not numeric
    return line.alone and (not line.blank or share)


def _is_expected(line: _MarkedLine, expected_names: tuple[str, ...]) -> bool:
    marked = re.compile(rf"{re.escape(line.mark)}\s*(.*)")
    matches = [match for name in expected_names if (match := marked.fullmatch(name.strip()))]
    return any(line.words.startswith(match[1]) for match in matches)


def _rewritten(source: Iterator[bytes], comment: str, header: str) -> Iterator[bytes]:
    """Yield the lines of a file with the header in place of the comment, wherever it stands."""
    marked, named = comment.encode(), header.encode()
    for line in source:
        content = line.rstrip(b"\r\n")
        yield named + line[len(content) :] if content == marked else line
