"""Recognise web pages and XML by their markup, in any encoding."""

import codecs
import re
from pathlib import Path

from pipeweave_dagster.core.ingest.base.signatures import CSV_OR_PARQUET, Foreign

HEAD = 8192
_DOWNLOAD = "Download the data file itself: its address may need a login, or have moved."
_TAIL = 4096
_PROLOGUE = r"\s*(?:<\?xml[^>]*>\s*)?(?:<\?[^>]*>\s*|<!--.{0,4000}?-->\s*)*"
_HTML = re.compile(
    _PROLOGUE + r"<(?:!doctype\s+html|html|head|body|title|meta|script|table|h1|div|p|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(
    _PROLOGUE + r"<(?:style|link|h[2-6]|br|hr|form|font|span|b|i|pre|base|main|section|tr|thead)\b",
    re.IGNORECASE | re.DOTALL,
)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_ROW = re.compile(r"<tr\b[^<>]{0,500}>\s*<t[dh]\b", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[\w-]{1,60}:|[ \t]")
_XML = re.compile(r"\s*<\?xml\s", re.IGNORECASE)
_FIRST_TAG = re.compile(_PROLOGUE + r"(?:<!DOCTYPE[^>]*>\s*)?<([A-Za-z_][\w:.-]*)", re.DOTALL)
_ERROR_CODE = re.compile(r"<Code>([\w. -]{1,60})</Code>")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def markup_in(path: Path, head: bytes) -> Foreign | None:
    """Return what XML document a file is; None if it is none, or a web page, that may hold data.

    Args:
        path: The file.
        head: Its first bytes.
    """
    text = _decoded(head)
    if not text.lstrip().startswith("<"):
        return None
    tag = _FIRST_TAG.match(text)
    name = tag.group(1) if tag else ""
    if _is_page(path, text):
        return None
    if name == "Error" and (code := _ERROR_CODE.search(text)):
        return Foreign(
            f"an error message of a server (XML, code {code.group(1)!r})",
            "Download the file again: its address may need a login or have expired.",
        )
    if 'progid="Excel.Sheet"' in text or "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return Foreign("an Excel workbook as XML (2003)", "Save it as .xlsx or CSV.")
    if _XML.match(text) or (name and _closes(path, name)):
        root = f" with the root element <{name[:60]}>" if name else ""
        return Foreign(f"an XML document{root}", CSV_OR_PARQUET)
    return None


def is_web_page(path: Path) -> bool:
    """Return whether a file is a web page by its first tag and its end."""
    with path.open("rb") as file:
        text = _decoded(file.read(HEAD))
    return text.lstrip().startswith("<") and _is_page(path, text)


def is_web_archive(path: Path) -> bool:
    """Return whether a file is a web archive (MHTML) by the lines that begin it."""
    with path.open("rb") as file:
        head = file.read(HEAD).replace(b"\r\n", b"\n").lstrip().partition(b"\n\n")[0].lower()
    lines = head.split(b"\n")
    return b"multipart/related" in head and all(map(_HEADER_LINE.match, lines))


def _is_page(path: Path, text: str) -> bool:
    whole = _HTML.match(text) or (_PART.match(text) and _TABLE.search(text))
    return bool(whole) and (_ends_in_markup(path) or _ROW.search(text) is not None)


def _decoded(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head.decode(encoding, "replace").lstrip("\ufeff")
    return head.decode(_wide(head) or "utf-8", "replace")


def _wide(head: bytes) -> str | None:
    """Return which UTF-16 a page without a byte order mark is in: markup begins with ASCII."""
    if len(head) < 4 or all(head[:4]):
        return None
    orders = {(False, True, False, True): "utf-16-le", (True, False, True, False): "utf-16-be"}
    return orders.get((head[0] == 0, head[1] == 0, head[2] == 0, head[3] == 0))


def web_page(title: str, tables: int) -> Foreign:
    """Return what a web page without a table of data is.

    Args:
        title: Its title, blank for none.
        tables: Number of its tables.
    """
    title = " ".join(title.split())[:80]
    what = f"a web page (HTML) with the title {title!r}" if title else "a web page (HTML)"
    if tables != 1:
        return Foreign(what, _DOWNLOAD)
    return Foreign(
        f"{what} that holds one table, but it does not look like data",
        f"{_DOWNLOAD} If the table is what you want, open the page in a spreadsheet program, and "
        "save it as CSV or .xlsx.",
    )


def _ends_in_markup(path: Path) -> bool:
    """Return whether the last non-blank character closes a tag; names such as <DATE> do not."""
    return _tail(path).rstrip().endswith(">")


def _closes(path: Path, name: str) -> bool:
    return _tail(path).rstrip().endswith(f"</{name}>")


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    if head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} or _wide(head):
        return tail.replace(b"\0", b"").decode("latin-1")
    return tail.decode("utf-8", "replace").rstrip("\0")
