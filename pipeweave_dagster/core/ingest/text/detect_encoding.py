"""Detect the encoding of a text file, or the two encodings of its lines."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.legacy_encodings import choose_legacy_encoding
from pipeweave_dagster.core.ingest.text.line_encodings import LineScan, scan_lines
from pipeweave_dagster.core.ingest.text.unicode_encodings import (
    encoding_of_bom,
    escaped_encoding,
    wide_encoding,
)

_SAMPLE = 4 * MEGABYTE
EAST_ASIAN = {"cp932", "euc_jp", "cp949", "gb18030", "big5hkscs"}
# A line of an East Asian encoding is valid UTF-8 by chance; a line of an 8-bit one hardly ever.
_CHANCE = 0.25
_SEPARATED, _SEPARATED_LINES = MEGABYTE // 16, 0.9
_SEPARATORS = {1, 2, 3, *range(28, 32)}
"""Control characters that separate fields: of Hive, and those that ASCII has for it."""


@dataclass(frozen=True)
class TextEncoding:
    """The encoding of a text file.

    Attributes:
        name: Its name, as in the snapshot.
        other: The encoding of bytes that are not UTF-8, where lines of both occur.
        notes: What a reader has to know.
    """

    name: str
    other: str | None = None
    notes: tuple[str, ...] = ()


def detect_encoding(path: Path, name: str) -> TextEncoding:
    """Detect the encoding by byte order mark, validity as UTF-8, and likelihood of the text.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the file is binary.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    marked = encoding_of_bom(head)
    unicode_name = marked if marked != "utf-8-sig" else None
    unicode_name = unicode_name or wide_encoding(head)
    if unicode_name:
        return TextEncoding(unicode_name)
    _refuse_binary(head, name)
    escaped = escaped_encoding(head)
    if escaped:
        return TextEncoding(escaped)
    if _is_utf8(path):
        is_ascii = path.stat().st_size <= _SAMPLE and head.isascii()
        return TextEncoding(marked or ("ascii" if is_ascii else "utf-8"))
    return _with_legacy(scan_lines(path), marked)


def _with_legacy(lines: LineScan, marked: str | None) -> TextEncoding:
    """Return the encoding of a file that is not UTF-8, or not in all of its lines."""
    choice = choose_legacy_encoding(b"\n".join(lines.sample))
    other = choice.encoding
    notes = _doubt_notes(other, choice.rivals)
    share = lines.valid / (lines.valid + lines.invalid)
    if not lines.valid or (other in EAST_ASIAN and share < _CHANCE):
        if marked:
            mark = "The file begins with the byte order mark of UTF-8, but is not UTF-8"
            notes = (f"{mark}; it was read as {other}.", *notes)
        return TextEncoding(other, None, notes)
    numbers = ", ".join(map(str, lines.first_invalid))
    more = " and more" if lines.invalid > len(lines.first_invalid) else ""
    if share >= 0.5:
        subject = counted(lines.invalid, "line")
        note = f"{subject} with bytes that are not UTF-8, read as {other}: line {numbers}{more}."
        return TextEncoding(marked or "utf-8", other, (note, *notes))
    subject = counted(lines.valid, "line")
    note = f"The file has two encodings: {other}, and UTF-8 in {subject} from line "
    return TextEncoding(other, other, (f"{note}{lines.first_valid} on.", *notes))


def _doubt_notes(encoding: str, rivals: tuple[str, ...]) -> tuple[str, ...]:
    if not rivals:
        return ()
    others = " or ".join(rivals[:3])
    return (f"The encoding is not certain: read as {encoding}; {others} shows other letters.",)


def _refuse_binary(head: bytes, name: str) -> None:
    usual = {*range(9, 14), 26, 27} | (_SEPARATORS if _is_separated(head) else set())
    control = sum(head.count(bytes([c])) for c in range(1, 32) if c not in usual)
    if control > 0.02 * len(head) + 2 or head.count(0) > 0.5 * len(head):
        raise validation_error(
            f"{name!r} is neither text nor a supported file format.",
            fix="Upload CSV, TSV, JSON, JSON Lines, Parquet, Arrow, Excel (.xlsx) or a table in "
            "HTML, uncompressed or as gzip, zip, bz2 or zstd.",
            file=name,
        )


def _is_separated(head: bytes) -> bool:
    """Return whether nearly every line has the same control character that separates fields."""
    lines = [line for line in head[:_SEPARATED].split(b"\n") if line.strip()]
    return len(lines) > 1 and any(
        sum(bytes([c]) in line for line in lines) > _SEPARATED_LINES * len(lines)
        for c in _SEPARATORS
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
