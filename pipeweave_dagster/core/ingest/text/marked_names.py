"""Names of columns behind the mark of a comment, as `numpy.savetxt`, gnuplot and COMSOL write them.

`# t x y` above rows of three fields names three columns. The file is rewritten with the names as a
header on the same line, so that line numbers stay true.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.ingest.text.marked_fields import (
    MarkedNames,
    names_above,
    units_above,
)
from pipeweave_dagster.core.ingest.text.placed_names import are_misplaced

_HEAD_LINES, _MOST_ROWS = 2000, 100
_MARKED = re.compile(r"\s*(#+|%+|//+|--+|!+)([ \t]*)(\S.*)")
_BARE = re.compile(r"\s*(?:#+|%+|//+|!+)\s*")
"""A comment without words, between others."""
_NO_MARK = re.compile(r"of\b|\W", re.IGNORECASE)
"""`# of rooms` is a name: the number of rooms. A further sign behind the mark is no name."""


@dataclass(frozen=True)
class _MarkedLine:
    """A comment: the number of its line (from 1), its mark, blanks behind it, and the rest."""

    number: int
    mark: str
    blank: str
    words: str


def with_marked_names(
    text: Utf8Text, folder: Path, expected_names: tuple[str, ...] = ()
) -> Utf8Text:
    """Return the text with the names behind a comment mark as its header; the same without any.

    The names are as many as each row has fields, and stand above them where both are aligned. What
    has that many only with the mark stays, and so does `#id`, unless comments above it, and blanks
    or tabs, show that it is a mark. Units may stand below the names.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
        expected_names: Names of the training table, which may have the mark.
    """
    if text.names is not None:
        return text
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    comments = _comments(head)
    if not comments or _is_expected(comments[-1], expected_names):
        return text
    line, units = comments[-1], None
    rows = [row for row in head[line.number :] if _is_row(row)]
    found = names_above(rows[:_MOST_ROWS], line.words)
    above = names_above(rows[:_MOST_ROWS], comments[-2].words) if len(comments) > 1 else None
    if above and units_above(rows[:_MOST_ROWS], line.words):
        line, units, found = comments[-2], line, above
    if found and found.blanks and are_misplaced(head[line.number - 1], rows):
        return text
    alone = len(comments) == 1 and not any(map(line.words.startswith, expected_names))
    if found is None or _is_name(line, found, alone=alone):
        return text
    changes = {head[line.number - 1]: found.header}
    if units:
        changes[head[units.number - 1]] = units.words
    target = folder / f"{text.path.name}.named"
    with text.path.open("rb") as source, target.open("wb") as sink:
        sink.writelines(_rewritten(source, changes))
    note = f"The names of the columns stand behind {line.mark!r}, the mark of a comment."
    names = line.number if found.certain else None
    return replace(text, path=target, notes=(*text.notes, note), names=names)


def _comments(head: list[str]) -> list[_MarkedLine]:
    """Return the comments that the file begins with."""
    rows = (i for i, text in enumerate(head) if _is_row(text))
    matches = ((i, _MARKED.match(text)) for i, text in enumerate(head[: next(rows, 0)], 1))
    return [_MarkedLine(i, m[1], m[2], m[3].rstrip()) for i, m in matches if m]


def _is_row(text: str) -> bool:
    return bool(text.strip()) and not _MARKED.match(text) and not _BARE.fullmatch(text)


def _is_name(line: _MarkedLine, found: MarkedNames, *, alone: bool) -> bool:
    """Return whether a mark is part of a name: `#id`, `# of rooms`, `% change` beside texts."""
    if _NO_MARK.match(line.words) or line.mark in line.words:
        return True
    spaced = found.blanks or "\t" in found.header  # what programs write, and no spreadsheet
    if not line.blank and (alone or not spaced or not found.certain):
        return True
    if alone and not spaced:  # the names stand over their values either way
        return True
    return alone and line.mark.startswith("%") and not found.blanks and not found.numeric


def _is_expected(line: _MarkedLine, expected_names: tuple[str, ...]) -> bool:
    marked = re.compile(rf"{re.escape(line.mark)}\s*(.*)")
    matches = [match for name in expected_names if (match := marked.fullmatch(name.strip()))]
    return any(line.words.startswith(match[1]) for match in matches)


def _rewritten(source: Iterable[bytes], changes: dict[str, str]) -> Iterator[bytes]:
    """Yield the lines of a file with some of them replaced, wherever they stand."""
    new = {old.encode(): new.encode() for old, new in changes.items()}
    for line in source:
        content = line.rstrip(b"\r\n")
        yield new[content] + line[len(content) :] if content in new else line
