"""Files that could not be scored, as lines for the terminal."""

from collections.abc import Sequence

from pipeweave_dagster.cli.support.output import day, plain
from pipeweave_dagster.core.documents import RefusedBatch

_MOST_REASON = 400


def refused_lines(refused: Sequence[RefusedBatch]) -> list[str]:
    """Return one line per file, the newest first: when (UTC), its key, and why."""
    return [
        f"refused: {day(r.at)} {plain(r.file, 120)}: {plain(r.reason, _MOST_REASON)}"
        for r in reversed(refused)
    ]
