"""Figures over all data sets, for a dashboard."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipeweave_dagster.core.documents import DatasetEntry

_MOST_NAMED = 50


def totals_of(entries: Sequence[DatasetEntry]) -> dict[str, Any]:
    """Return how many data sets have a champion, are blocked or failed, and which need a look."""
    states = Counter(entry.last_attempt.split(" ", 1)[0] for entry in entries)
    return {
        "datasets": len(entries),
        "rows": sum(entry.rows or 0 for entry in entries),
        "champions": sum(entry.champion is not None for entry in entries),
        "challengers": sum(entry.challenger is not None for entry in entries),
        "blocked": sum(bool(entry.blocked) for entry in entries),
        "alerts": sum(entry.alerts for entry in entries),
        "last_runs": {name: states[name] for name in ("running", "succeeded", "failed", "never")},
        "need_attention": [
            {"dataset": e.dataset, "why": _why(e)}
            for e in entries
            if e.blocked or e.problems or e.last_attempt.startswith("failed")
        ][:_MOST_NAMED],
    }


def _why(entry: DatasetEntry) -> str:
    return (entry.blocked or entry.problems or [entry.last_attempt])[0][:500]
