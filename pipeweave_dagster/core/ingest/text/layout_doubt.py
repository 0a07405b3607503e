"""Say where another layout of a file is about as likely, with the setting that decides it."""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.text.layout import DOUBT_BITS, Layout

LONE_DOUBT_BITS = 6.0
"""The same of a table of one column, where nothing beside it distinguishes names from values."""


def doubt_of(layout: Layout) -> str | None:
    """Return a note if another layout is about as likely, with the setting that decides it."""
    possible = LONE_DOUBT_BITS if layout.width == 1 else DOUBT_BITS
    if layout.runner_up is None or layout.margin >= possible:
        return None
    chosen, other = (layout.preamble, layout.header), layout.runner_up
    likely = "about as likely" if layout.margin < DOUBT_BITS else "possible, too"
    return (
        f"In doubt: read {_described(*chosen)}, but {_described(*other)} is {likely}. "
        f"If so, set read: {{skip: {other[0]}, header: {other[1]}}}."
    )


def _described(preamble: int, header: int) -> str:
    """Return a layout in words.

    Example:
        >>> _described(2, 1)
        'with 2 lines above 1 header row'
    """
    rows = "no header" if not header else counted(header, "header row")
    return f"with {counted(preamble, 'line')} above {rows}" if preamble else f"with {rows}"
