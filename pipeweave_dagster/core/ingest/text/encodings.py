# ruff: noqa: RUF001 - the signs are compared with those of a text
"""Which encoding a text file has, and the same text as UTF-8."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE

_SAMPLE = 4 * MEGABYTE
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters that the languages written in each 8-bit code really use; a wrong guess shows other signs.
_SINGLE_BYTE = ("cp1252", "mac_roman", "cp1250", "cp1251", "iso8859_2", "koi8_r", "cp437")
_DOUBLE_BYTE = ("cp932", "big5hkscs", "gb18030", "cp949", "euc_jp")


@dataclass(frozen=True)
class Text:
    r"""A UTF-8 file with `\\n` or `\\r\\n` line ends, and what it was before."""

    path: Path
    encoding: str
    line_end: str
    notes: tuple[str, ...] = ()


@dataclass
class _Survey:
    """What the whole file holds: line ends, NULs, control signs that no text uses."""

    line_end: str = ""
    nul: bool = False
    control: bool = False

    @property
    def odd(self) -> bool:
        return self.nul or self.control


# Text that went through latin-1 on its way to UTF-8 has control signs in place of these.
_TWICE_ENCODED = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_CONTROL = re.compile(b"\xc2[\x80-\x9f]")


def to_utf8(path: Path, name: str, folder: Path) -> Text:
    """Bring a text file to UTF-8 without a byte order mark and without bare CR or NUL.

    The file is streamed; a file that is already in order is used as it is.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` when the bytes are no text in any known encoding.
    """
    encoding = detect(path, name)
    found = _survey(path, encoding)
    line_end = found.line_end
    if encoding in {"ascii", "utf-8"} and line_end in {"\n", "\r\n"} and not found.odd:
        return Text(path, encoding, line_end)
    target = folder / f"{path.name}.utf8"
    notes: tuple[str, ...] = ()
    with target.open("w", encoding="utf-8", newline="") as sink:
        for chunk in _decoded(path, encoding):
            # Mixed and old Mac line ends become LF: no reader agrees with another on them.
            text = chunk if line_end == "\r\n" else chunk.replace("\r\n", "\n").replace("\r", "\n")
            sink.write(text.replace("\0", "").translate(_TWICE_ENCODED))
    if found.nul:
        notes += ("NUL characters in the file were left out.",)
    if found.control:
        notes += ("Control signs U+0080 to U+009F were read as the cp1252 signs they once were.",)
    return Text(target, encoding, line_end, notes)


def detect(path: Path, name: str) -> str:
    """The encoding by byte order mark, validity, and how much the text looks like language."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    wide = _wide(head[:4096])
    if wide:
        return wide
    _refuse_binary(head, name)
    if _is_utf8(path):
        return "ascii" if size <= _SAMPLE and head.isascii() else "utf-8"
    return _best_legacy(_bytes_around_high(path))


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is zero in text of western languages."""
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
            f"{name!r} is no text and no format that PipeWeave knows.",
            fix="Upload CSV, TSV, JSON, JSON Lines, Parquet, Arrow or Excel (.xlsx), plain or in "
            "gzip, zip, bz2 or zstd.",
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


def _bytes_around_high(path: Path) -> bytes:
    """Lines with bytes outside ASCII, from the whole file, at most 256 kB of them."""
    found, total = [], 0
    with path.open("rb") as file:
        while (chunk := file.read(MEGABYTE)) and total < MEGABYTE // 4:
            for line in chunk.replace(b"\r", b"\n").split(b"\n"):
                if not line.isascii():
                    found.append(line)
                    total += len(line)
                    if total > MEGABYTE // 4:
                        break
    return b"\n".join(found)


def _best_legacy(sample: bytes) -> str:
    scores = {}
    for encoding in (*_SINGLE_BYTE, *_DOUBLE_BYTE):
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            bad = len(sample.decode(encoding, "replace").split("�")) - 1
            high = sum(b > 127 for b in sample)
            if bad > 0.05 * high:
                continue
            text = sample.decode(encoding, "replace")
        scores[encoding] = _plausibility(text, encoding)
    best = max(scores.values(), default=0.0)
    # cp1252 is by far the most common; another one must be clearly better.
    if scores.get("cp1252", -1e9) >= best - 0.12:
        return "cp1252"
    return max(scores, key=lambda e: scores[e]) if scores else "cp1252"


_LATIN_LETTERS = set("áàâäãåéèêëíìîïóòôöõúùûüñçßæøœÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇÆØŒ")
_CENTRAL_LETTERS = set("ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČĎĚŇŘŠŤŮŽőűŐŰ")
_SIGNS = set("£€–—‘’“”•…°²³½§©®™±·µ¥†‡«»¿¡ºª×\u00a0")


def _plausibility(text: str, encoding: str) -> float:
    """Mean per non-ASCII character: 1 for letters in fitting company, -1 for odd signs."""
    total, count = 0.0, 0
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char.isascii():
            continue
        count += 1
        total += _fit(before, char, after, encoding)
    return total / count if count else 0.0


def _fit(before: str, char: str, after: str, encoding: str) -> float:
    code = ord(char)
    if encoding in _DOUBLE_BYTE:
        return _fit_east_asian(before, code, after)
    if 0x400 <= code < 0x460:  # Cyrillic stands beside Cyrillic, small after small
        near = any(0x400 <= ord(c) < 0x460 for c in (before, after))
        return 0.9 if near and not (char.isupper() and before.islower()) else -0.5
    in_word = before.isalpha() or after.isalpha()
    if char in _LATIN_LETTERS or char in _CENTRAL_LETTERS:
        if char.isupper() and before.isalpha() and before.islower():
            return -0.6
        rare = 0.25 if char in _CENTRAL_LETTERS else 0.0
        return (1.0 if in_word else 0.2) - rare
    if char in _SIGNS:
        return 0.3 if in_word and char in "²³½§©®±·µ¥†‡ºª×" else 0.7
    return -1.0


def _fit_east_asian(before: str, code: int, after: str) -> float:
    common = 0x4E00 <= code < 0xA000 or 0x3040 <= code < 0x3100 or 0xAC00 <= code < 0xD7B0
    near = any(not c.isascii() for c in (before, after))
    if common:
        return 0.95 if near else -0.3
    if 0x3000 <= code < 0x3040 or 0xFF00 <= code < 0xFF66:
        return 0.6
    return -0.8


def _survey(path: Path, encoding: str) -> _Survey:
    """Line ends of the whole file (`mixed` if there are several), NULs and control signs."""
    crlf = lf = cr = 0
    found = _Survey()
    chunks = _bytes(path) if encoding in {"ascii", "utf-8"} else _encoded(path, encoding)
    for chunk in chunks:
        returns, feeds = chunk.count(b"\r"), chunk.count(b"\n")
        both = chunk.count(b"\r\n") if returns else 0
        crlf += both
        lf += feeds - both
        cr += returns - both
        found.nul = found.nul or b"\0" in chunk
        if not found.control and not chunk.isascii():
            found.control = _CONTROL.search(chunk) is not None
    if cr and not crlf and not lf:
        found.line_end = "\r"
    elif crlf and not cr and not lf:
        found.line_end = "\r\n"
    else:
        found.line_end = "mixed" if crlf or cr else "\n"
    return found


def _bytes(path: Path) -> Iterator[bytes]:
    """The file in pieces that tear no CR LF apart and no UTF-8 sign that begins with C2."""
    held = b""
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            chunk = held + chunk
            held = chunk[-1:] if chunk[-1:] in {b"\r", b"\xc2"} else b""
            yield chunk[: len(chunk) - len(held)]
    yield held


def _encoded(path: Path, encoding: str) -> Iterator[bytes]:
    for text in _decoded(path, encoding):
        yield text.encode("utf-8", errors="replace")


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    held = ""
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            text = held + decoder.decode(chunk)
            # A CR at the end waits for its LF, so that no pair is torn apart.
            held = "\r" if text.endswith("\r") else ""
            yield text[: len(text) - len(held)]
    yield held + decoder.decode(b"", final=True)
