"""Detect the encoding of a text file."""

import codecs
from pathlib import Path

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.legacy_encodings import best_legacy_encoding

_SAMPLE = 4 * MEGABYTE
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path, name: str) -> str:
    """Detect the encoding by byte order mark, validity as UTF-8, and plausibility of the text.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the file is binary.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    utf16 = _utf16_without_bom(head[:4096])
    if utf16:
        return utf16
    _refuse_binary(head, name)
    if _is_utf8(path):
        return "ascii" if size <= _SAMPLE and head.isascii() else "utf-8"
    return best_legacy_encoding(_non_ascii_lines(path))


def _utf16_without_bom(head: bytes) -> str | None:
    """Detect UTF-16 without a byte order mark: every other byte of Western text is zero."""
    if len(head) < 8:
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be"
    return None


def _refuse_binary(head: bytes, name: str) -> None:
    control = sum(head.count(bytes([c])) for c in range(32) if c not in (9, 10, 11, 12, 13, 26, 27))
    if control > 0.02 * len(head) + 2:
        raise validation_error(
            f"{name!r} is neither text nor a supported file format.",
            fix="Upload CSV, TSV, JSON, JSON Lines, Parquet, Arrow or Excel (.xlsx), uncompressed "
            "or as gzip, zip, bz2 or zstd.",
            file=name,
        )


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(MEGABYTE):
                if chunk.isascii() and not decoder.getstate()[0]:
                    continue
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _non_ascii_lines(path: Path) -> bytes:
    """Return lines with non-ASCII bytes from the whole file, at most 256 kB of them."""
    lines, total = [], 0
    with path.open("rb") as file:
        while (chunk := file.read(MEGABYTE)) and total < MEGABYTE // 4:
            for line in chunk.replace(b"\r", b"\n").split(b"\n"):
                if not line.isascii():
                    lines.append(line)
                    total += len(line)
                    if total > MEGABYTE // 4:
                        break
    return b"\n".join(lines)
