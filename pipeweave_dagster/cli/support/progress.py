"""Progress display of a run: one line per asset, and its log lines."""

import logging
import sys
import time
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from pipeweave_dagster.cli.support.output import plain
from pipeweave_dagster.core.asset_catalog import activity_of

# Dagster logs this once for every asset after a failed one.
_NOISE = "Dependencies for step"


class Progress:
    """Prints to standard error, so that standard output has only the result."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._began: dict[str, float] = {}
        self._status: Status | None = None

    def __call__(self, entry: Any) -> None:
        """Show one event log entry."""
        if self._quiet:
            return
        event = entry.dagster_event
        if event is None:
            relevant = entry.step_key and not entry.user_message.startswith(_NOISE)
            if relevant and entry.level >= logging.INFO:
                self._print(f"    [dim]{escape(plain(entry.user_message, 160))}[/dim]")
            return
        handlers = {
            "STEP_START": self._start,
            "STEP_SUCCESS": self._end,
            "STEP_FAILURE": self._fail,
            "STEP_SKIPPED": self._skip,
        }
        handler = handlers.get(event.event_type_value)
        if handler:
            handler(str(event.step_key))

    def _start(self, step: str) -> None:
        self._began[step] = time.monotonic()
        status = f"{activity_of(step)} …"
        if self._status is not None:
            self._status.update(status)
        elif sys.stderr.isatty():
            self._status = self._console.status(status)
            self._status.start()

    def _end(self, step: str) -> None:
        took = time.monotonic() - self._began.get(step, time.monotonic())
        self._print(f"[green]✓[/green] {activity_of(step)} [dim]({took:.1f} s)[/dim]")

    def _fail(self, step: str) -> None:
        self._print(f"[red]✗[/red] {activity_of(step)}")

    def _skip(self, step: str) -> None:
        self._print(f"[dim]- {activity_of(step)} (skipped)[/dim]")

    def _print(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)

    def close(self) -> None:
        """Remove the status line."""
        if self._status is not None:
            self._status.stop()
