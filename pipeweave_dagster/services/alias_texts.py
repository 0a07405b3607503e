"""Moves of aliases in words: as tags and description in MLflow, and as rows of a list."""

import datetime as dt
from collections.abc import Sequence

from pipeweave_dagster.core.safe_text import markdown_text
from pipeweave_dagster.services.alias_history import AliasMove, Cause

_MOST_MOVES = 20
_MAX_REASON = 1_000


def when(at: float) -> str:
    """Return a time in UTC to the second."""
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(sep=" ", timespec="seconds")


def author(cause: Cause) -> str:
    """Return who or which run moved an alias."""
    if cause.how == "outside":
        return "outside PipeWeave"
    return f"run {cause.run_id[:8]}" if cause.run_id else (cause.by or "unknown")


def reason_of(cause: Cause) -> str:
    """Return why an alias was moved, with the failed checks of a forced promotion."""
    failed = " ".join(check.message for check in cause.checks if not check.passed)
    if cause.forced:
        return f"Forced: {cause.reason.rstrip('.')}. In spite of: {failed}".strip()
    return cause.reason


def tags_of(alias: str, cause: Cause) -> dict[str, str]:
    """Return the tags of the version in MLflow's registry."""
    return {
        "pipeweave.alias_set": alias,
        "pipeweave.alias_set_by": author(cause),
        "pipeweave.alias_set_how": f"{cause.how}, forced" if cause.forced else cause.how,
        "pipeweave.alias_reason": reason_of(cause)[:_MAX_REASON],
    }


def history_text(dataset: str, moves: Sequence[AliasMove]) -> str:
    """Return the description of the registered model in MLflow: its latest moves as a table."""
    lines = [
        f"Models of the data set `{dataset}`. Aliases were moved (the latest first):",
        "",
        "| when (UTC) | alias | from | to | by | why |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for move in list(reversed(moves))[:_MOST_MOVES]:
        cells = (when(move.at)[:19], move.alias, move.before or "-", move.after or "-",
                 author(move.cause), reason_of(move.cause))  # fmt: skip
        lines.append(f"| {' | '.join(markdown_text(cell, 300) for cell in cells)} |")
    return "\n".join(lines)
