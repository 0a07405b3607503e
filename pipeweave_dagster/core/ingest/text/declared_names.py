"""Text files that declare their columns above the rows: ARFF of Weka, extended logs of W3C.

They are rewritten with the names as a header and one line per line, so that line numbers stay true.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text

_HEAD_LINES = 2000
_ATTRIBUTE = re.compile(r"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s", re.IGNORECASE)
_RELATION = re.compile(r"@relation\b", re.IGNORECASE)
_DATA = re.compile(r"@data\s*", re.IGNORECASE)
_FIELDS = "#Fields:"


def with_declared_names(text: Utf8Text, folder: Path) -> Utf8Text:
    """Return the text with a header of the names that it declares; the same text without any.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
    """
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [line.rstrip("\n") for line in islice(file, _HEAD_LINES)]
    first = next((line for line in head if line.strip() and not line.startswith("%")), "")
    if _RELATION.match(first):
        format_, header = "ARFF", _header_of_arff(head)
    else:
        format_, header = "W3C", _header_of_log(head) if first.startswith("#") else None
    if header is None:
        return text
    line, names = header
    target = folder / f"{text.path.name}.declared"
    with (
        text.path.open(encoding="utf-8", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        comment = "%" if format_ == "ARFF" else "#"
        sink.writelines(_rewritten(source, line, names, comment))
    note = f"Read a file in the format {format_}: it declares its columns above the rows."
    return replace(text, path=target, notes=(*text.notes, note), names=line)


def _rewritten(lines: Iterable[str], line: int, names: str, comment: str) -> Iterator[str]:
    """Yield the lines of a file with a header in one of them; those above it, and comments, blank.

    Args:
        lines: All lines of the file.
        line: The line of the header (from 1).
        names: The header.
        comment: What comments begin with.
    """
    for number, text in enumerate(lines, 1):
        if number == line:
            yield f"{names}\n"
        else:
            left_out = number < line or text.startswith(comment)
            yield "\n" if left_out else _tabbed(text) if "\t" in names else text


def _tabbed(line: str) -> str:
    """Return a line of a log with tabs between its fields, which blanks or tabs separate."""
    if "\t" in line:
        return line
    fields = next(csv.reader([line.rstrip("\n")], delimiter=" ", skipinitialspace=True), [])
    return "\t".join(fields) + "\n"


def _header_of_arff(head: list[str]) -> tuple[int, str] | None:
    """Return the line of `@data`, and the names of the attributes above it as a header."""
    line = next((i for i, text in enumerate(head, 1) if _DATA.fullmatch(text.strip())), None)
    names = [m[1] for text in head[:line] if (m := _ATTRIBUTE.match(text.strip()))]
    sparse = line is not None and any(text.startswith("{") for text in head[line : line + 1])
    if line is None or not names or sparse:
        return None
    plain = [name if "," in name else name.strip("'\"") for name in names]
    return line, ",".join(plain)


def _header_of_log(head: list[str]) -> tuple[int, str] | None:
    """Return the line of `#Fields:` among the first comments, and the names with tabs between."""
    comments = next((i for i, text in enumerate(head) if not text.startswith("#")), len(head))
    for line, text in enumerate(head[:comments], 1):
        if text.startswith(_FIELDS):
            return line, "\t".join(text.removeprefix(_FIELDS).split())
    return None
