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
from pipeweave_dagster.core.training.fitting import Candidate
from pipeweave_dagster.core.training.folds import FoldCache
from pipeweave_dagster.core.training.guard import OverrunError, within
from pipeweave_dagster.core.training.metrics import GREATER_IS_BETTER
from pipeweave_dagster.core.training.portfolio import portfolio
from pipeweave_dagster.core.training.trial import Result, add_fold, run_fold, start

_log = logging.getLogger(__name__)

# On a busy machine the budget may be spent before the search begins. "No signal" may be said only
# after a real model was compared with the constant one.
_ALWAYS = ("dummy", "linear")
_LEAST_S = 3.0
_FAIR = 1.5
_MOST_OF_LEFT = 0.35
_VARIANTS_SHARE = 0.4
_GRACE_S = 0.5
_KEPT_SHARE = 0.35
_KEPT_CANDIDATES = 3
_MOST_FINALISTS = 10
_LEAST_FINALISTS = 5


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
        candidates = portfolio(self.spec, self.cache.problem)
        firsts = [c for c in candidates if c.first]
        for index, candidate in enumerate(firsts):
            # A little more than a fair share each, since most need less.
            part = min(_MOST_OF_LEFT, _FAIR / (len(firsts) - index + 1))
            self._first_fold(candidate, part, floor=0.2)
        floor = self.clock.left * (1 - _VARIANTS_SHARE)
        for candidate in candidates:
            if not candidate.first:
                self._first_fold(candidate, 0.2, floor)
        if self.skipped:
            _log.info("not started, no time was left: %s", ", ".join(self.skipped))
        self._other_folds()
        return self.results

    def _first_fold(self, candidate: Candidate, part: float, floor: float) -> None:
        """Run one fold in a part of the time that is left, unless no more than `floor` is.

        The first two run in any case.
        """
        if candidate.name not in _ALWAYS and self.clock.left <= floor:
            self.skipped.append(candidate.name)
            return
        result = start(candidate, self.cache)
        self.results.append(result)
        if candidate.family == "dummy":
            while result.done < self.folds and self._step(result, self.clock.share(1.0, 5.0)):
                pass
        else:
            at_least = _LEAST_S if candidate.name in _ALWAYS else 0.1
            self._step(result, self.clock.share(part, at_least))
        self._tell(result)

    def _other_folds(self) -> None:
        """Fold by fold, each with fewer candidates, so that the best stay comparable throughout."""
        for fold in range(1, self.folds):
            width = max(_LEAST_FINALISTS, _MOST_FINALISTS - 2 * (fold - 1))
            for result in self.ranked(minimum=fold)[:width]:
                if result.candidate.family == "dummy" or result.done > fold:
                    continue
                # A fold may take somewhat longer than the one before; better not to start it.
                if result.pace * 1.3 + self.kept_for_refit() > self.clock.left:
                    continue
                self._step(result, self.clock.share(0.5, 0.1))
        for result in self.results:
            if result.done > 1 and result.candidate.family != "dummy":
                self._tell(result)

    def kept_for_refit(self) -> float:
        """Seconds kept for fitting the best candidates on all rows (a luxury: fold models do)."""
        best = [r for r in self.finalists() if r.done][:_KEPT_CANDIDATES]
        wanted = refit_seconds([(result, 1.0) for result in best], self.rows)
        return min(wanted, _KEPT_SHARE * self.clock.budget_s)

    def ranked(self, minimum: int) -> list[Result]:
        """Results with at least `minimum` folds, best mean over these folds first (stable)."""
        sign = 1.0 if GREATER_IS_BETTER[self.metric] else -1.0
        usable = [r for r in self.results if r.score_on(minimum) is not None]
        return sorted(usable, key=lambda r: -sign * float(r.score_on(minimum) or 0.0))

    def finalists(self) -> list[Result]:
        """The candidates among which is chosen, best first, all compared on the same folds.

        These are as many folds as three candidates have got through (or as many as there are).
        The constant model stands alone where no other is better, and is no part of a mixture.
        """
        done = sorted(
            (r.done for r in self.results if r.candidate.family != "dummy" and r.score is not None),
            reverse=True,
        )
        if not done:
            return self.results[:1]
        folds = done[min(2, len(done) - 1)]
        ranked = self.ranked(minimum=folds)
        if ranked[0].candidate.family == "dummy":
            return ranked[:1]
        return [r for r in ranked if r.candidate.family != "dummy"]

    def _step(self, result: Result, deadline: float) -> bool:
        hard = max(self.clock.left, deadline - time.time(), 1.0) + _GRACE_S
        began = time.time()
        try:
            run = within(
                hard,
                lambda: run_fold(result.candidate, result.done, self.cache, self.metric, deadline),
            )
        except OverrunError as error:
            result.note = str(error)
            return False
        except Exception as error:  # noqa: BLE001 - one candidate must not end the search
            result.note = f"{type(error).__name__}: {error}"[:300]
            result.failed = result.done == 0
            result.seconds += time.time() - began
            return False
        add_fold(result, run)
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
