"""The search: candidates in a fixed good order, each fit only if it still fits into the time.

First every candidate runs on one fold, so that a short budget compares all of them on the same
rows; then the best of them run on the other folds, best first, so that the choice rests on all
rows as far as time allows.
"""

import logging
import time

from pipeweave_dagster.core.documents import MetricName, PipelineSpec
from pipeweave_dagster.core.training.clock import Clock
from pipeweave_dagster.core.training.finish import refit_seconds
from pipeweave_dagster.core.training.folds import FoldCache
from pipeweave_dagster.core.training.guard import OverrunError, within
from pipeweave_dagster.core.training.metrics import GREATER_IS_BETTER
from pipeweave_dagster.core.training.portfolio import portfolio
from pipeweave_dagster.core.training.trial import Result, run_fold, start

_log = logging.getLogger(__name__)

_FIRST_FOLD_SHARE = 0.25
_GRACE_S = 0.5
_KEPT_SHARE = 0.35


class Search:
    """The state of a search.

    Args:
        spec: The pipeline (families, metric).
        cache: Features and target by fold.
        clock: The budget.
        rows: How many rows the refit at the end will have.
    """

    def __init__(self, spec: PipelineSpec, cache: FoldCache, clock: Clock, rows: int) -> None:
        self.spec, self.cache, self.clock, self.rows = spec, cache, clock, rows
        self.metric: MetricName = spec.metric
        self.folds = len(cache.problem.folds)
        self.results: list[Result] = []
        self.skipped: list[str] = []

    def run(self) -> list[Result]:
        """Search until nothing is left to do or the time is over; results in order of trying."""
        for candidate in portfolio(self.spec, self.cache.problem):
            baseline = candidate.family == "dummy"
            if not baseline and self.clock.left < 0.2 + self.kept_for_refit():
                self.skipped.append(candidate.name)
                continue
            result = start(candidate, self.cache)
            self.results.append(result)
            if baseline:
                while result.done < self.folds and self._step(result, self.clock.share(1.0, 5.0)):
                    pass
            else:
                self._step(result, self.clock.share(_FIRST_FOLD_SHARE, 0.2))
            self._tell(result)
        if self.skipped:
            _log.info("not started, no time was left: %s", ", ".join(self.skipped))
        self._other_folds()
        return self.results

    def _other_folds(self) -> None:
        for result in self.ranked(minimum=1):
            if result.candidate.family == "dummy":
                continue
            before = result.done
            while result.done < self.folds:
                # A fold may take somewhat longer than the one before; better not to start it.
                if result.pace * 1.3 + self.kept_for_refit(3) > self.clock.left:
                    break
                if not self._step(result, self.clock.share(0.5, 0.1)):
                    break
            if result.done > before:
                self._tell(result)

    def kept_for_refit(self, candidates: int = 1) -> float:
        """Seconds kept for fitting the best candidates on all rows."""
        best = [r for r in self.finalists() if r.done][:candidates]
        wanted = refit_seconds([(result, 1.0) for result in best], self.rows)
        return min(wanted, _KEPT_SHARE * self.clock.budget_s)

    def ranked(self, minimum: int) -> list[Result]:
        """Results with at least `minimum` folds, best score first (stable)."""
        sign = 1.0 if GREATER_IS_BETTER[self.metric] else -1.0
        usable = [r for r in self.results if r.done >= minimum and r.score is not None]
        return sorted(usable, key=lambda r: -sign * float(r.score or 0.0))

    def finalists(self) -> list[Result]:
        """Those that ran on the most folds, best first (never one fold against five).

        The constant model stands alone where no other is better, and is no part of a mixture.
        """
        models = [r for r in self.results if r.candidate.family != "dummy" and r.score is not None]
        if not models:
            return self.results[:1]
        most = max(r.done for r in models)
        ranked = self.ranked(minimum=most)
        if ranked[0].candidate.family == "dummy":
            return ranked[:1]
        return [r for r in ranked if r.candidate.family != "dummy"]

    def _step(self, result: Result, deadline: float) -> bool:
        hard = max(self.clock.left, 1.0) + _GRACE_S
        began = time.time()
        try:
            within(hard, lambda: run_fold(result, self.cache, self.metric, deadline))
        except OverrunError as error:
            result.note = str(error)
            return False
        except Exception as error:  # noqa: BLE001 - one candidate must not end the search
            result.note = f"{type(error).__name__}: {error}"[:300]
            result.failed = result.done == 0
            result.seconds += time.time() - began
            return False
        return True

    def _tell(self, result: Result) -> None:
        number = self.results.index(result) + 1
        name, seconds = result.candidate.name, result.seconds
        if result.score is None or result.note:
            _log.info("trial %d %s: %s (%.1f s)", number, name, result.note or "no score", seconds)
            return
        _log.info(
            "trial %d %s: %s %.4f on %d of %d folds (%.1f s)",
            number, name, self.metric, result.score, result.done, self.folds, seconds,
        )  # fmt: skip
