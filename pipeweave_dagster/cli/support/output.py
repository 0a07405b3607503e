"""Output of commands: text, or one JSON object with `--json`."""

import datetime as dt
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeweave_dagster.core.errors import PipeWeaveError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def emit(data: Any, as_json: bool, text: str | None = None) -> None:
    """Print the data as JSON, or the text."""
    if as_json:
        sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    elif text is not None:
        sys.stdout.write(text.rstrip("\n") + "\n")


def fail(error: PipeWeaveError, *, as_json: bool) -> int:
    """Print an error and return its exit code."""
    if as_json:
        sys.stdout.write(json.dumps(error.envelope(), indent=1, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{error.code.value}: {plain(error.text, 4000)}\n")
    return error.code.exit_code


def plain(value: object, limit: int = 300) -> str:
    """Text without control characters: a column's name must not steer the terminal."""
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def columns(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    width: int = 48,
    last: int | None = None,
) -> str:
    """Return a plain-text table with aligned columns; what is not known is a dash.

    Args:
        header: The names of the columns.
        rows: The cells.
        width: Characters from which on a cell is cut.
        last: The same for the last column, which needs no alignment: sentences fit there.
    """
    limits = [width] * (len(header) - 1) + [last or width]
    shown = (
        [
            "-" if cell is None else plain(cell, limit)
            for cell, limit in zip(row, limits, strict=True)
        ]
        for row in rows
    )
    cells = [list(header), *shown]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells
    ]
    return "\n".join(lines)


def deliver(source: Path, target: Path) -> None:
    """Copy a result to its target atomically; create missing folders."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, partial)
    partial.replace(target)


def day(made_at: float) -> str:
    """Format a timestamp as day and minute, UTC."""
    return dt.datetime.fromtimestamp(made_at, dt.UTC).strftime("%Y-%m-%d %H:%M")
