"""A first line that declares the delimiter for Excel: `sep=;`.

The file is rewritten with the line blank, so that line numbers stay true.
"""

import re
from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj

from pipeweave_dagster.core.ingest.text.encodings import Utf8Text

_MOST = 32
_DECLARED = re.compile(r'\ufeff?("?)sep=(?P<delimiter>[^\w\s"\']|\t)\1[ ;,\t]*\r?\n')
_LINES = 20


def with_declared_delimiter(text: Utf8Text, folder: Path) -> tuple[Utf8Text, str | None]:
    """Return the text without the line that declares its delimiter, and the delimiter.

    The delimiter is None without such a line, and where most lines below do not have it.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
    """
    with text.path.open(encoding="utf-8", errors="replace", newline="") as file:
        declared = _DECLARED.fullmatch(file.readline(_MOST))
        below = [file.readline(1 << 16) for _ in range(_LINES)] if declared else []
    if declared is None:
        return text, None
    delimiter = declared["delimiter"]
    target = folder / f"{text.path.name}.below"
    with text.path.open("rb") as source, target.open("wb") as sink:
        source.readline()
        sink.write(b"\n")
        copyfileobj(source, sink)
    note = f"The first line declares the delimiter {delimiter!r}."
    filled = [line for line in below if line.strip()]
    used = 2 * sum(delimiter in line for line in filled) >= len(filled) > 0
    shown = "tab" if delimiter == "\t" else delimiter
    return replace(text, path=target, notes=(*text.notes, note)), shown if used else None
