"""Write lines whose fields a format defines as delimited text, with as many lines."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

_SEPARATOR = "\x1f"
REWRITTEN = TextDialect(_SEPARATOR, '"')
"""The dialect of rewritten text."""
_HEAD_LINES, _HEAD_CHARACTERS = 2000, 1 << 18


def first_lines(path: Path) -> list[str]:
    """Return the first lines of a file without its last, incomplete one."""
    with path.open(encoding="utf-8", errors="replace", newline=None) as file:
        start = file.read(_HEAD_CHARACTERS)
        complete = not file.read(1)
    lines = start.split("\n")
    return lines[:_HEAD_LINES] if complete else lines[:-1][:_HEAD_LINES]


def all_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file without their ends."""
    with path.open(encoding="utf-8", errors="replace", newline=None) as file:
        for line in file:
            yield line.rstrip("\n")


def begins_with(path: Path, count: int) -> list[str]:
    """Return a few lines of a file, each cut, to see at once what it is not."""
    with path.open(encoding="utf-8", errors="replace", newline=None) as file:
        return [*islice(file.read(1 << 12).split("\n"), count)]


def with_fields(
    text: Utf8Text,
    folder: Path,
    names: Iterable[str],
    rows: Iterable[list[str]],
    note: str,
    divided: str,
) -> Utf8Text:
    """Return a text with the fields of its lines between delimiters.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
        names: The names of the fields.
        rows: The fields of each line; none for a line that is not a row.
        note: What the user should know.
        divided: What divides the lines, for the snapshot.
    """
    path = write_fields(folder / f"{text.path.name}.fields", rows)
    return replace(text, path=path, notes=(*text.notes, note), fields=(*names,), divided=divided)


def write_fields(target: Path, rows: Iterable[list[str]]) -> Path:
    """Write the fields of lines between delimiters, and a blank line where there are none."""
    with target.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, delimiter=_SEPARATOR, lineterminator="\n")
        for cells in rows:
            if cells:
                writer.writerow(cells)
            else:
                sink.write("\n")
    return target
