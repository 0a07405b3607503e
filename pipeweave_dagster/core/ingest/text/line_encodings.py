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


def blocks_of(path: Path) -> Iterator[bytes]:
    """Yield a file in blocks of complete lines (longer lines than a block in pieces)."""
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            block = rest + chunk
            end = block.rfind(b"\n") + 1 or block.rfind(b"\r") + 1
            end = end or (len(block) if len(block) > _MAX_LINE else 0)
            rest = block[end:]
            if end:
                yield block[:end]
    if rest:
        yield rest


def scan_lines(path: Path) -> LineScan:
    """Count the lines that are UTF-8, and collect a sample of the bytes that are not."""
    scan = LineScan()
    number = 1
    for block in blocks_of(path):
        text = block if number > 1 else block.removeprefix(codecs.BOM_UTF8)
        lines = text.splitlines()
        if not text.isascii() and is_utf8(text):
            filled = [i for i, line in enumerate(lines) if not line.isascii()]
            scan.valid += len(filled)
            scan.first_valid = scan.first_valid or number + filled[0]
        elif not text.isascii():
            for offset, line in enumerate(lines):
                _add_line(scan, number + offset, line)
        number += len(lines)
    return scan


def _add_line(scan: LineScan, number: int, line: bytes) -> None:
    if line.isascii():
        return
    if is_utf8(line):
        scan.valid += 1
        scan.first_valid = scan.first_valid or number
        return
    scan.invalid += 1
    if len(scan.first_invalid) < _LISTED:
        scan.first_invalid.append(number)
    if scan.sampled < _LEGACY_SAMPLE:
        scan.sample.append(_without_utf8(line))
        scan.sampled += len(line)


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
