"""A first line that declares the delimiter for Excel: `sep=;`.

The file is rewritten with the line blank, so that line numbers stay true.
"""

from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.model.declared_delimiter import (
    DECLARING_LENGTH,
    LINES_BELOW,
    declared_delimiter,
    declaring_note,
    is_used,
)


def with_declared_delimiter(text: Utf8Text, folder: Path) -> tuple[Utf8Text, str | None]:
    """Return the text without the line that declares its delimiter, and the delimiter.

    The delimiter is None without such a line, and where most lines below do not have it.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
    """
    with text.path.open(encoding="utf-8", errors="replace", newline="") as file:
        delimiter = declared_delimiter(file.readline(DECLARING_LENGTH))
        below = [file.readline(1 << 16) for _ in range(LINES_BELOW)] if delimiter else []
    if delimiter is None:
        return text, None
    target = folder / f"{text.path.name}.below"
    with text.path.open("rb") as source, target.open("wb") as sink:
        source.readline()
        sink.write(b"\n")
        copyfileobj(source, sink)
    shown = "tab" if delimiter == "\t" else delimiter
    known = shown if is_used(delimiter, below) else None
    return replace(text, path=target, notes=(*text.notes, declaring_note(delimiter))), known
