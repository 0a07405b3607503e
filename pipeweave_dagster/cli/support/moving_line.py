"""The line of a terminal that moves while a run goes on: stage, time, best score so far."""

import time
from collections.abc import Callable

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pipeweave_dagster.services.live_trials import TrainingFacts

_LOOK_S = 1.0
_BAR_WIDTH = 24


class MovingLine:
    """One line, drawn anew whenever rich asks for it.

    Args:
        now: The clock, in seconds; the time of the run counts from the making of this object.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._spinner = Spinner("dots")
        self._stage = ""
        self._training: TrainingFacts | None = None
        self._found, self._looked = "", -_LOOK_S
        self._extended_s: float | None = None
        self._since = self._began

    def begin(self, stage: str, training: TrainingFacts | None) -> None:
        """Show another stage; `training` if it is that of a model."""
        self._stage, self._training = stage, training
        self._found, self._extended_s = "", None
        self._since = self._now()

    def __rich__(self) -> RenderableType:
        used_s = self._now() - self._began
        cells: list[RenderableType] = [self._spinner, Text(self._stage, no_wrap=True)]
        if self._training is None:
            cells.append(Text(f"{used_s:.0f} s", no_wrap=True))
        else:
            self._look(self._training)
            budget_s = self._extended_s or self._training.budget_s
            longer = f", extended to {budget_s:.0f} s" if self._extended_s else ""
            budget = f"(budget {self._training.budget_s:.0f} s{longer})"
            cells.append(ProgressBar(budget_s, min(used_s, budget_s), width=_BAR_WIDTH))
            cells.append(Text(f"{used_s:.0f} s {budget}", no_wrap=True))
            cells.append(Text(self._found, no_wrap=True, overflow="ellipsis"))
        line = Table.grid(padding=(0, 1))
        line.add_row(*cells)
        return line

    def _look(self, training: TrainingFacts) -> None:
        """Look for the best candidate so far and a longer budget, once per second at most."""
        if training.search is None or self._now() - self._looked < _LOOK_S:
            return
        self._looked = self._now()
        try:
            trials = training.search.trials()
            self._extended_s = training.search.extended_to_s(self._since)
        except OSError:  # the line may miss something, the run must not
            return
        if trials:
            best = trials[0]
            self._found = (
                f"best {training.search.metric} {best['score']:.4g} ({best['name']}), "
                f"{len(trials)} candidate{'s' if len(trials) > 1 else ''}"
            )
