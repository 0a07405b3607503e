"""Recognise Unicode by its byte order mark, or without one by how the text looks."""

import codecs
import unicodedata

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPES = (
    ((b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I"), "iso2022_jp_ext"),
    ((b"\x1b$)C",), "iso2022_kr"),
)
_HEAD = 4096
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")


def encoding_of_bom(head: bytes) -> str | None:
    """Return the encoding that a byte order mark names."""
    return next((encoding for bom, encoding in _BOMS if head.startswith(bom)), None)


def wide_encoding(head: bytes) -> str | None:
    """Return UTF-16 or UTF-32 for text in one of them without a byte order mark.

    Commas, digits and line ends of any table show as ASCII; in text of 8 bits that has NULs by
    accident they do not.
    """
    if b"\0" not in head or len(head) < 8:
        return None
    return next((e for e in _WIDE if _looks_like_text(head[:_HEAD], e)), None)


def _looks_like_text(head: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    odd = sum(
        unicodedata.category(c) in {"Cc", "Cn", "Co", "Cs"} and c not in "\t\r\n" for c in text
    )
    ascii_ = sum(c.isascii() for c in text)
    return bool(text) and odd <= 0.01 * len(text) and ascii_ >= 0.1 * len(text)


def escaped_encoding(head: bytes) -> str | None:
    """Return the encoding of ASCII with escape sequences that switch to Japanese or Korean."""
    for sequences, encoding in _ESCAPES:
        if head.isascii() and any(sequence in head for sequence in sequences):
            return encoding
    return None
