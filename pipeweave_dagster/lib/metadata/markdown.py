"""Safe Markdown: names and values come from uploads, and must not become markup."""

import base64
from collections.abc import Iterable, Sequence

import dagster as dg

from pipeweave_dagster.core.number_format import with_interval
from pipeweave_dagster.core.safe_text import markdown_text

_MAX_CELL = 80
_MAX_SVG_BYTES = 60_000


def text(value: object) -> str:
    """Return one line of inert Markdown, cut at 80 characters."""
    return markdown_text(value, _MAX_CELL)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with thousands separators, or a dash."""
    if value is None:
        return "-"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.{digits}g}"


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """Return a score with its 95 % interval, or a dash."""
    if value is None:
        return "-"
    return with_interval(value, low, high)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], limit: int = 60) -> str:
    """Return a table; a line below it counts the rows that were cut off."""
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    all_rows = list(rows)
    lines += [f"| {' | '.join(text(cell) for cell in row)} |" for row in all_rows[:limit]]
    if len(all_rows) > limit:
        lines.append(f"\n… and {len(all_rows) - limit} more, all in the document and the report.")
    return "\n".join(lines)


def bullets(items: Iterable[str], limit: int = 30) -> str:
    """Return a list; its last item counts what was cut off."""
    all_items = list(items)
    lines = [f"- {long_text(item)}" for item in all_items[:limit]]
    if len(all_items) > limit:
        lines.append(f"- … and {len(all_items) - limit} more")
    return "\n".join(lines) or "none"


def long_text(value: str, limit: int = 500) -> str:
    """Return a sentence of inert Markdown, cut at 500 characters."""
    return markdown_text(value, limit)


def inline_svg(svg: str, caption: str) -> dg.MarkdownMetadataValue | None:
    """Return an SVG as an inline image; None if it is too large for the event log."""
    data = svg.encode()
    if not data or len(data) > _MAX_SVG_BYTES:
        return None
    encoded = base64.b64encode(data).decode()
    return dg.MetadataValue.md(f"![{text(caption)}](data:image/svg+xml;base64,{encoded})")
