"""Detect the format of a file by its first bytes."""

import codecs
import re
from pathlib import Path

from pipeweave_dagster.core.ingest.base.containers import Content, is_workbook
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.web_pages import is_web_archive, is_web_page
from pipeweave_dagster.core.ingest.formats.json_extras import without_extras
from pipeweave_dagster.core.ingest.formats.json_parsing import JsonParser
from pipeweave_dagster.core.ingest.formats.relations import Format

_HEAD = 4 * MEGABYTE
_JSON_SUFFIXES = ("json", "jsonl", "ndjson", "geojson", "topojson", "jl", "json5", "jsonc")
_LIST_OF_VALUES = re.compile(r'\[\s*\[\s*("|-?\d|\]|null\b|true\b|false\b)|\[\s*[{\]]')
_BLANK = " \t\r\n\ufeff\x1e"
_LINES = 5


def detect_format(content: Content) -> Format:
    """Detect the format by the first bytes; the name only decides between text formats."""
    with content.path.open("rb") as file:
        head = file.read(8)
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:6] == b"ARROW1" or head[:4] == b"\xff\xff\xff\xff" or head[:4] == b"FEA1":
        return "arrow"
    if head[:4] == b"PK\x03\x04" and is_workbook(content.path):
        return "excel"
    if is_web_page(content.path) or is_web_archive(content.path):
        return "html"
    return _text_format(content.path, content.name.lower().rsplit(".", 1)[-1])


def _text_format(path: Path, suffix: str) -> Format:
    text, complete = _head(path, suffix in _JSON_SUFFIXES)
    start = text.lstrip(_BLANK)
    if suffix in _JSON_SUFFIXES and start.startswith(("/", "#")):
        plain = without_extras(text)  # a comment may stand above the data
        text = plain.text if plain else text
        start = text.lstrip(_BLANK)
    start = start[:4096]
    is_list = start.startswith("[") and (suffix in _JSON_SUFFIXES or _LIST_OF_VALUES.match(start))
    if start.startswith("{") or is_list:
        return "jsonl" if _is_json_lines(text, complete) else "json"
    # The first line of JSON Lines may be the bad one.
    return "jsonl" if suffix in _JSON_SUFFIXES and _is_json_lines(text, complete) else "csv"


def _is_json_lines(text: str, complete: bool) -> bool:
    """Return whether most of the first lines are objects or lists, and there are at least two."""
    lines = text.split("\n") if complete else text.split("\n")[:-1]
    filled = [line for line in (t.strip(" \t\r\ufeff\x1e") for t in lines) if line][:_LINES]
    parsed = sum(_is_record(line) for line in filled)
    return len(filled) >= 2 and 2 * parsed >= len(filled)


def _is_record(line: str) -> bool:
    try:
        return isinstance(JsonParser().parse(line), dict | list)
    except ValueError:
        return False


def _head(path: Path, named_json: bool) -> tuple[str, bool]:
    """Return the start of a file that may be JSON as text, and whether that is the whole file."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
        complete = not file.read(1)
    encoding = "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data[:4].count(0) == 2 and data[:1] in {b"{", b"[", b"\0"}:
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    first = data[:64].strip(b" \t\r\n\xef\xbb\xbf\xfe\xff\0\x1e")[:1]
    if first not in {b"{", b"["} and not named_json:
        data = data[:64]
    return data.decode(encoding, "replace"), complete
