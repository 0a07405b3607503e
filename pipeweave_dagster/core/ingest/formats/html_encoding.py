"""The encoding of a web page: by its bytes, then as it declares, then by likelihood."""

import codecs
import re
from pathlib import Path

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.detect_encoding import detect_encoding

_HEAD = 16_384
_CHARSET = re.compile(
    rb"<(?:meta\b[^<>]{0,500}?\bcharset|\?xml\b[^<>]{0,200}?\bencoding)\s{0,9}=\s{0,9}[\"']?"
    rb"([\w:.-]{2,40})",
    re.IGNORECASE,
)
# What browsers read under a name is often more than the name says.
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
_UNICODE = ("utf", "iso2022", "ascii")


def declared_encoding(path: Path, name: str) -> str | None:
    """Return the encoding that a page declares; None if its bytes show another, or it is unknown.

    A byte order mark and bytes that are UTF-8 are right, whatever the page says.

    Args:
        path: The file.
        name: What to call it in errors.
    """
    with path.open("rb") as file:
        found = _CHARSET.search(file.read(_HEAD))
    label = found.group(1).decode("ascii", "replace").lower() if found else ""
    try:
        encoding = _MEANT.get(label) or codecs.lookup(label).name
    except LookupError:
        return None
    encoding = _MEANT.get(encoding, encoding)
    if encoding.startswith(_UNICODE) or detect_encoding(path, name).name.startswith(_UNICODE):
        return None
    return encoding if _decodes(path, encoding) else None


def _decodes(path: Path, encoding: str) -> bool:
    """Return whether a page is in an encoding, but for bytes that none of its kind has."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
    except LookupError:  # such as base64, which does not encode text
        return False
    replaced = size = 0
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            text = decoder.decode(chunk)
            replaced += text.count("\ufffd")
            size += len(text)
    return 1000 * replaced <= size
