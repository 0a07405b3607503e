"""Lines of a genome browser in files of intervals (BED, bedGraph, GFF): `track name=...`.

They say how to draw what follows, and stand above the rows and between them.
"""

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text

_HEAD_LINES = 100
_TRACK = re.compile(
    # Atomic: a quoted value is also one without quotes, and hostile lines would take forever.
    r"track(?>\s+\w+=(?>\"[^\"]*\"|'[^']*'|\S+))+\s*"
    r"|browser\s+(?:position|hide|dense|pack|squish|full)\s.*",
    re.DOTALL,
)
_BETWEEN_FIELDS = re.compile(r"[\s\"',;|]+")


def without_track_lines(text: Utf8Text, folder: Path) -> Utf8Text:
    """Return the text without the lines of a genome browser; the same text without any.

    Those above the rows, and comments above them, become blank. Those between rows become comments
    of one field, whatever the delimiter, as a blank line may end a table.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
    """
    if text.names is not None:
        return text
    with text.path.open(encoding="utf-8", errors="replace", newline=None) as file:
        head = [*islice(file, _HEAD_LINES)]
    first = next((i for i, line in enumerate(head) if not _is_blank_or_comment(line)), None)
    if first is None or not _TRACK.fullmatch(head[first]):
        return text
    start = next((i for i in range(first, len(head)) if not _TRACK.fullmatch(head[i])), len(head))
    target = folder / f"{text.path.name}.tracks"
    with (
        text.path.open(encoding="utf-8", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        sink.writelines("\n" if i < start else _commented(line) for i, line in enumerate(source))
    lines = counted(start, "line")
    note = f"Left out {lines} for a genome browser above the rows (track, browser)."
    return replace(text, path=target, notes=(*text.notes, note))


def _is_blank_or_comment(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _commented(line: str) -> str:
    return f"#{_BETWEEN_FIELDS.sub('_', line.strip())}\n" if _TRACK.fullmatch(line) else line
