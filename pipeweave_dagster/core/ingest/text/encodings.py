"""Convert text files of any encoding to UTF-8."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.detect_encoding import detect_encoding


@dataclass(frozen=True)
class Utf8Text:
    r"""A UTF-8 file with `\n` or `\r\n` line ends, and the encoding and line ends it had."""

    path: Path
    encoding: str
    line_end: str
    notes: tuple[str, ...] = ()


@dataclass
class _ByteScan:
    """Line ends, NULs and C1 control characters found in the whole file."""

    line_end: str = ""
    nul: bool = False
    c1_control: bool = False

    @property
    def needs_cleaning(self) -> bool:
        return self.nul or self.c1_control


# Text that was decoded as latin-1 and encoded as UTF-8 has control characters for these.
_TWICE_ENCODED = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_C1_CONTROL = re.compile(b"\xc2[\x80-\x9f]")


def to_utf8(path: Path, name: str, folder: Path) -> Utf8Text:
    """Convert a text file to UTF-8 without a byte order mark, bare CR or NUL, while streaming.

    A file that needs no conversion is used as it is.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the file is not text.
    """
    encoding = detect_encoding(path, name)
    scan = _scan(path, encoding)
    line_end = scan.line_end
    if encoding in {"ascii", "utf-8"} and line_end in {"\n", "\r\n"} and not scan.needs_cleaning:
        return Utf8Text(path, encoding, line_end)
    target = folder / f"{path.name}.utf8"
    notes: tuple[str, ...] = ()
    with target.open("w", encoding="utf-8", newline="") as sink:
        for chunk in _decoded(path, encoding):
            # Mixed and old Mac line ends become LF, because readers disagree about them.
            text = chunk if line_end == "\r\n" else chunk.replace("\r\n", "\n").replace("\r", "\n")
            sink.write(text.replace("\0", "").translate(_TWICE_ENCODED))
    if scan.nul:
        notes += ("NUL characters were removed.",)
    if scan.c1_control:
        notes += ("Control characters U+0080 to U+009F were decoded as cp1252.",)
    return Utf8Text(target, encoding, line_end, notes)


def _scan(path: Path, encoding: str) -> _ByteScan:
    """Scan the whole file for line ends (`mixed` if there are several), NULs, controls."""
    crlf = lf = cr = 0
    scan = _ByteScan()
    chunks = _bytes(path) if encoding in {"ascii", "utf-8"} else _encoded(path, encoding)
    for chunk in chunks:
        carriage_returns, line_feeds = chunk.count(b"\r"), chunk.count(b"\n")
        both = chunk.count(b"\r\n") if carriage_returns else 0
        crlf += both
        lf += line_feeds - both
        cr += carriage_returns - both
        scan.nul = scan.nul or b"\0" in chunk
        if not scan.c1_control and not chunk.isascii():
            scan.c1_control = _C1_CONTROL.search(chunk) is not None
    if cr and not crlf and not lf:
        scan.line_end = "\r"
    elif crlf and not cr and not lf:
        scan.line_end = "\r\n"
    else:
        scan.line_end = "mixed" if crlf or cr else "\n"
    return scan


def _bytes(path: Path) -> Iterator[bytes]:
    """Yield the file in chunks that split neither CR LF nor a UTF-8 character starting with C2."""
    pending = b""
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            chunk = pending + chunk
            pending = chunk[-1:] if chunk[-1:] in {b"\r", b"\xc2"} else b""
            yield chunk[: len(chunk) - len(pending)]
    yield pending


def _encoded(path: Path, encoding: str) -> Iterator[bytes]:
    for text in _decoded(path, encoding):
        yield text.encode("utf-8", errors="replace")


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    pending = ""
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            text = pending + decoder.decode(chunk)
            # A CR at the end waits for its LF, so that the pair is not split.
            pending = "\r" if text.endswith("\r") else ""
            yield text[: len(text) - len(pending)]
    yield pending + decoder.decode(b"", final=True)
