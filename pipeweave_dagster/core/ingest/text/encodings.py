"""Convert text files of any encoding to UTF-8, with a note on every character that was replaced."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.documents import LOG_FIELDS, LeftOutLine
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.detect_encoding import (
    EAST_ASIAN,
    TextEncoding,
    detect_encoding,
)
from pipeweave_dagster.core.ingest.text.line_encodings import blocks_of, is_utf8
from pipeweave_dagster.core.ingest.text.text_scan import scan_notes, scan_text


@dataclass(frozen=True)
class DrawnTable:
    """What the lines that are drawn around a table say of it.

    Attributes:
        names: The line (from 1) with the names of the columns; None if no rule shows it.
        below: The lines below the table.
    """

    names: int | None
    below: tuple[LeftOutLine, ...]


@dataclass(frozen=True)
class Utf8Text:
    r"""A UTF-8 file with `\n` or `\r\n` line ends, and the encoding and line ends it had.

    `names` is the line (from 1) with the names of the columns, if the file declares them; `fields`
    are the names of columns that a log or records of several lines have without a header, and
    `divided` is what divides them, for the snapshot.
    """

    path: Path
    encoding: str
    line_end: str
    notes: tuple[str, ...] = ()
    drawn: DrawnTable | None = None
    names: int | None = None
    fields: tuple[str, ...] = ()
    divided: str = LOG_FIELDS


# Text that was decoded as latin-1 and encoded as UTF-8 has control characters for these.
_TWICE_ENCODED = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_IS_UTF8 = {"ascii", "utf-8"}
_STRAY_RETURN = re.compile(r"\r(?!\n)")


def to_utf8(path: Path, name: str, folder: Path, given: str | None = None) -> Utf8Text:
    """Convert a text file to UTF-8 without a byte order mark, bare CR or NUL, while streaming.

    A file that needs no conversion is used as it is.

    Args:
        path: The file.
        name: What to call it in errors.
        folder: Scratch folder for the converted copy.
        given: Its encoding, if the user sets it.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the file is not text.
    """
    encoding = TextEncoding(given) if given else detect_encoding(path, name)
    plain = encoding.name in _IS_UTF8 and encoding.other is None
    broken = bool(plain and given and not _decodes(path, encoding.name))
    plain = plain and not broken
    scan = scan_text(_bytes(path) if plain else (t.encode() for t in _texts(path, encoding)))
    line_end = scan.line_end
    notes = (*encoding.notes, *scan_notes(scan, encoding.name, broken=broken))
    if plain and line_end in {"\n", "\r\n"} and not scan.needs_cleaning:
        return Utf8Text(path, encoding.name, line_end, notes)
    target = folder / f"{path.name}.utf8"
    with target.open("w", encoding="utf-8", newline="") as sink:
        for chunk in _texts(path, encoding):
            # Mixed and old Mac line ends become LF, because readers disagree about them.
            text = _STRAY_RETURN.sub(" ", chunk) if scan.stray_returns else chunk
            text = text if line_end == "\r\n" else text.replace("\r\n", "\n").replace("\r", "\n")
            sink.write(text.replace("\0", "").translate(_TWICE_ENCODED))
    return Utf8Text(target, encoding.name, line_end, notes)


def _decodes(path: Path, encoding: str) -> bool:
    """Return whether the whole of a file is in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(MEGABYTE):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _bytes(path: Path) -> Iterator[bytes]:
    """Yield a UTF-8 file in chunks that split neither CR LF nor a character."""
    pending = b""
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            chunk = pending + chunk
            end = len(chunk)
            while end and len(chunk) - end < 4 and (chunk[end - 1] >= 0x80 or chunk[end - 1] == 13):
                end -= 1
            pending = chunk[end:]
            yield chunk[:end]
    yield pending


def _texts(path: Path, encoding: TextEncoding) -> Iterator[str]:
    """Yield the text in chunks that do not split CR LF."""
    if encoding.other:
        yield from _joined(_mixed(path, encoding.other))
    else:
        yield from _joined(_decoded(path, encoding.name))


def _joined(texts: Iterator[str]) -> Iterator[str]:
    pending = ""
    for text in texts:
        joined = pending + text
        # A CR at the end waits for its LF, so that the pair is not split.
        pending = "\r" if joined.endswith("\r") else ""
        yield joined[: len(joined) - len(pending)]
    yield pending


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file:
        if encoding not in _IS_UTF8 and file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        while chunk := file.read(MEGABYTE):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _mixed(path: Path, other: str) -> Iterator[str]:
    """Yield the lines of a file as UTF-8, and as another encoding where they are not."""
    for number, block in enumerate(blocks_of(path)):
        raw = block if number else block.removeprefix(codecs.BOM_UTF8)
        if is_utf8(raw):
            yield raw.decode("utf-8")
        else:
            yield "".join(_line_text(line, other) for line in raw.splitlines(keepends=True))


def _line_text(raw: bytes, other: str) -> str:
    """Return a line; where its UTF-8 is broken, only the broken bytes are in an 8-bit encoding."""
    if is_utf8(raw):
        return raw.decode("utf-8")
    if other in EAST_ASIAN:
        return raw.decode(other, "replace")
    text = raw.decode("utf-8", "surrogateescape")
    return "".join(
        bytes([ord(c) - 0xDC00]).decode(other, "replace") if "\udc80" <= c <= "\udcff" else c
        for c in text
    )
