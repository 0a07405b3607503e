"""Choose the file of an archive that is the table."""

import re
import zipfile
from collections import Counter

_COMPRESSED = (".gz", ".bz2", ".zst", ".zip")
_TABLES = (
    ".csv", ".tsv", ".tab", ".psv", ".parquet", ".feather", ".arrow", ".json", ".jsonl", ".ndjson",
    ".geojson", ".xlsx",
)  # fmt: skip
_TEXTS = (".txt", ".dat", ".data")
_PAGES, _OLD_SHEETS = (".html", ".htm"), ".xls"
"""May hold a table, as web pages do; old workbooks are not read."""
_PROSE = re.compile(
    r"(?:read[ _-]?me|licen[cs]e|lizenz|copying|change[ _-]?log|liesmich|description|beschreibung|"
    r"notes?|hinweise|about|meta[ _-]?data|code[ _-]?book|(data[ _-]?)?dictionary|"
    r"data[ _-]?package|citation|credits|authors|disclaimer|attribution)(?![^\W_])",
    re.IGNORECASE,
)
"""Files that stand beside the data in an archive, and may be longer."""
_LONG_FOR_PROSE = 1 << 20
_HEAD, _LEAST_LINES, _LEAST_SHARE = 65536, 3, 0.8


def data_member(archive: zipfile.ZipFile, files: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Return the largest file whose name and content are those of a table, else the next likely.

    Args:
        archive: The open archive.
        files: Its files, at least one.
    """
    if len(files) == 1:
        return files[0]
    ranks = {i: _rank(archive, info) for i, info in enumerate(files)}
    return files[min(ranks, key=lambda i: (ranks[i], -files[i].file_size))]


def _rank(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Return 0 for a table, 1 for a text that may be one, 2 for prose, 3 for any other file."""
    name = info.filename.lower().rsplit("/", 1)[-1]
    packed = next((suffix for suffix in _COMPRESSED if name.endswith(suffix)), "")
    name = name.removesuffix(packed)
    if name.endswith((*_PAGES, _OLD_SHEETS)):
        return 1 + (name.endswith(_OLD_SHEETS) or _PROSE.match(name) is not None)
    if name.endswith(".tar") or not (packed or name.endswith((*_TABLES, *_TEXTS))):
        return 3
    if _PROSE.match(name):
        return 2
    table = packed or name.endswith(_TABLES) or info.file_size > _LONG_FOR_PROSE
    return 0 if table or _has_fields(archive, info) else 1


def _has_fields(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Return whether nearly all first lines of a text have as many delimiters of one kind.

    Those before a blank are the marks of sentences.
    """
    try:
        with archive.open(info) as source:
            head = source.read(_HEAD)
    except (OSError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile):
        return False
    lines = [line for line in head.replace(b"\0", b"").splitlines() if line.strip()]
    whole = lines[:-1] if len(head) == _HEAD else lines
    for delimiter in (b"\t", b";", b",", b"|"):
        counts = Counter(line.count(delimiter) - line.count(delimiter + b" ") for line in whole)
        count, often = max(counts.items(), key=lambda pair: pair[1], default=(0, 0))
        if count and len(whole) >= _LEAST_LINES and often >= _LEAST_SHARE * len(whole):
            return True
    return False
