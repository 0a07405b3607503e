"""Progress display of a run: one line per asset, and its log lines."""

import logging
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape

from pipeweave_dagster.cli.support.moving_line import MovingLine
from pipeweave_dagster.cli.support.output import plain
from pipeweave_dagster.cli.support.show_option import Show
from pipeweave_dagster.core.asset_catalog import activity_of
from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.services.live_trials import TrainingFacts

# Dagster logs this once for every asset after a failed one.
_NOISE = "Dependencies for step"


class Progress:
    """Prints to standard error, so that standard output has only the result.

    Args:
        show: What to show.
        training: Returns what is known of the training once it begins.
        console: Where to print; by default standard error.
    """

    def __init__(
        self,
        show: Show,
        training: Callable[[], TrainingFacts | None] = lambda: None,
        console: Console | None = None,
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._show = show
        self._training = training
        self._began: dict[str, float] = {}
        self._line = MovingLine()
        self._live: Live | None = None

    def __call__(self, entry: Any) -> None:
        """Show one event log entry."""
        if self._show == "nothing":
            return
        event = entry.dagster_event
        if event is None:
            relevant = entry.step_key and not entry.user_message.startswith(_NOISE)
            if relevant and entry.level >= logging.INFO:
                self._print(f"    [dim]{escape(plain(entry.user_message, 400))}[/dim]")
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
        if self._show != "movement" or not self._console.is_terminal:
            return
        is_training = step == TrainedModel.kind
        self._line.begin(activity_of(step), self._training() if is_training else None)
        if self._live is None and not self._console.is_dumb_terminal:
            self._live = Live(
                self._line, console=self._console, refresh_per_second=4, transient=True
            )
            self._live.start()

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
        """Remove the line that moves."""
        if self._live is not None:
            self._live.stop()
