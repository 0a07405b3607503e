"""A progress bar in notebooks and terminals: stage, time of the budget, best score so far."""

import shutil
import sys
import threading
import time
import warnings
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Self

from pipeweave_dagster.core.asset_catalog import activity_of
from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.metrics.live_rank import live_rank

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import MetricName

_STEP_S = 0.5
_TRAINING = activity_of(TrainedModel.kind)


class ProgressBar(AbstractContextManager["ProgressBar"]):
    """A bar that fills with the time budget; nothing where there is no screen for it.

    Args:
        budget_s: Seconds of the training, unless it is extended.
        wanted: Whether to show it in a notebook or terminal; elsewhere it is never shown.

    Example:
        >>> with ProgressBar(60.0, wanted=False) as bar:
        ...     bar.stage("Training")
        ...     bar.on_fold("linear", 0.8)
    """

    def __init__(self, budget_s: float, *, wanted: bool) -> None:
        self._budget_s = budget_s
        self._extended_s: float | None = None
        self._shown = wanted and (in_notebook() or sys.stderr.isatty())
        self._began = time.monotonic()
        self._stage = ""
        self._metric: MetricName | None = None
        self._scores: dict[str, list[float]] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._move, daemon=True)
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._shown:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # without ipywidgets it draws with letters
                from tqdm.auto import tqdm

            # A terminal that does not say how wide it is, as below `script`, would show nothing.
            width = None if in_notebook() else shutil.get_terminal_size().columns
            self._bar = tqdm(
                total=self._budget_s, bar_format="{desc} |{bar}|", leave=False, ncols=width
            )
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._done.set()
            self._thread.join()
            self._bar.close()

    def stage(self, name: str) -> None:
        """Show another stage."""
        self._stage = name
        self._draw()

    def training(self, metric: "MetricName", started_at: float) -> None:
        """Show the training, whose budget counts from a moment of `time.monotonic()`."""
        self._metric, self._began = metric, started_at
        self.stage(_TRAINING)

    def on_fold(self, name: str, score: float) -> None:
        """Take note of a finished fold of a candidate."""
        self._scores.setdefault(name, []).append(score)

    def on_extension(self, budget_s: float) -> None:
        """Take note of a longer budget, since the machine is busy."""
        self._extended_s = budget_s

    @property
    def text(self) -> str:
        """What stands beside the bar."""
        used_s = time.monotonic() - self._began
        longer = f", extended to {self._extended_s:.0f} s" if self._extended_s else ""
        budget = f" (budget {self._budget_s:.0f} s{longer})" if self._stage == _TRAINING else ""
        parts = [f"{self._stage}: {used_s:.0f} s{budget}"]
        metric = self._metric
        if self._scores and metric is not None:
            scores = self._scores.copy()
            means = {name: sum(folds) / len(folds) for name, folds in scores.items()}
            best = min(means, key=lambda n: live_rank(metric, len(scores[n]), means[n]))
            parts.append(f"best {metric} {means[best]:.4g} ({best})")
            parts.append(f"{len(scores)} candidate{'s' if len(scores) > 1 else ''}")
        return ", ".join(parts)

    def _move(self) -> None:
        while not self._done.wait(_STEP_S):
            self._draw()

    def _draw(self) -> None:
        if self._bar is None:
            return
        total_s = self._extended_s or self._budget_s
        if self._bar.total != total_s:
            self._bar.reset(total=total_s)
        self._bar.n = min(time.monotonic() - self._began, total_s)
        self._bar.set_description_str(self.text)


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
