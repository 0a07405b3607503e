"""Which lines of a file are UTF-8, and which are not."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE

_LEGACY_SAMPLE = MEGABYTE // 4
_MAX_LINE = 8 * MEGABYTE
_LISTED = 10


@dataclass
class LineScan:
    """Lines with non-ASCII bytes: how many are UTF-8, and which are not."""

    valid: int = 0
    invalid: int = 0
    first_valid: int = 0
    first_invalid: list[int] = field(default_factory=list)
    sample: list[bytes] = field(default_factory=list)
    sampled: int = 0


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file with their ends (LF, CR LF or CR), long ones in pieces."""
    with path.open("rb") as file:
        while block := file.readline(_MAX_LINE):
            yield from block.splitlines(keepends=True)


def scan_lines(path: Path) -> LineScan:
    """Count the lines that are UTF-8, and collect a sample of the bytes that are not."""
    lines = LineScan()
    for number, line in enumerate(lines_of(path), start=1):
        text = line if number > 1 else line.removeprefix(codecs.BOM_UTF8)
        if text.isascii():
            continue
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            lines.invalid += 1
            if len(lines.first_invalid) < _LISTED:
                lines.first_invalid.append(number)
            if lines.sampled < _LEGACY_SAMPLE:
                lines.sample.append(_without_utf8(text))
                lines.sampled += len(text)
        else:
            lines.valid += 1
            lines.first_valid = lines.first_valid or number
    return lines


def _without_utf8(line: bytes) -> bytes:
    """Return a line without its longer UTF-8 sequences, which say nothing of the other bytes.

    Sequences of two bytes are kept where they are most of the line: they may be East Asian.
    """
    text = line.decode("utf-8", "surrogateescape")
    odd = sum("\udc80" <= c <= "\udcff" for c in text)
    valid = sum(not c.isascii() for c in text) - odd
    if valid >= odd > 1:
        return line.strip()
    kept = "".join(c for c in text if c.isascii() or "\udc80" <= c <= "\udcff")
    return kept.encode("utf-8", "surrogateescape").strip()
