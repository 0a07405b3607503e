"""Let one XGBoost candidate learn from all rows of a table that was sampled for the search.

The model competes with the others on the same validation rows. An engine prepares the rows and
boosts: on this machine's disk, where time and disk are linear in rows and memory is that of a
block, or on a cluster.
"""

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.fit import THREADS
from pipeweave_dagster.core.families.search_space import ALL_ROWS, COMMON, LOG
from pipeweave_dagster.core.families.xgboost import FAMILY
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import score, weights_of
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.training.data.fold_features import FoldCache, model_output
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.out_of_core.disk_engine import fit_on_disk
from pipeweave_dagster.core.training.out_of_core.engine import AllRowsFit, AllRowsJob, Engine
from pipeweave_dagster.core.training.out_of_core.row_preparation import preparation_of, sampled_rows
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult, FoldRun, add_fold, new_result
from pipeweave_dagster.core.training.search.search import Search

_log = logging.getLogger(__name__)

NAME = "xgboost_all_rows"
_TIME_SHARE = 0.85
"""Share of the time left for preparing and boosting: the rest is for choosing the ensemble."""
_BOOSTING_SHARE = 0.5
"""Share of that time for boosting, beside preparing."""
_FASTEST_RATE = 0.3
"""Highest learning rate: a higher one costs more accuracy than fewer rounds."""


class Source(NamedTuple):
    """The typed table (Parquet), a folder with room for its features, and what fits on them."""

    data: Path
    scratch: Path
    engine: Engine = fit_on_disk


def can_learn_from_all_rows(training_set: TrainingSet) -> bool:
    """Return whether rows were left out by sampling that one candidate can still learn from."""
    train = next(s for s in training_set.spec.steps if s.kind == "train")
    allowed = train.params.get("families", ["xgboost"])
    return (
        training_set.table.read < training_set.table.total
        and training_set.spec.split.kind in ("hash", "group")
        and "xgboost" in allowed
    )


def try_all_rows(
    training_set: TrainingSet, search: Search, source: Source, budget: TimeBudget
) -> CvResult | None:
    """Fit the best XGBoost candidate on all rows; return None if there is none to go by.

    A failure or a lack of time is noted in the result, and affects nothing else.
    """
    metric = training_set.spec.metric
    guides = [r for r in search.results if r.candidate.family == "xgboost" and r.score is not None]
    guides = [r for r in guides if not r.candidate.params.get(LOG)]
    if not guides:
        return None
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    guide = max(guides, key=lambda r: sign * float(r.score or 0.0))
    candidate = _on_all_rows(guide, training_set.table.total, _TIME_SHARE * budget.left_s)
    result = new_result(candidate, search.cache)
    began, deadline = budget.now(), budget.deadline(_TIME_SHARE)
    try:
        run, done = fit_all_rows(
            candidate, training_set, search.cache, search.crosses, source, deadline
        )
    except Exception as error:  # noqa: BLE001 - the models of the sample are there
        result.fail(error)
        result.seconds = budget.now() - began
        _log.warning("%s was not fitted: %s", NAME, result.note)
        return result
    add_fold(result, run)
    result.note = f"learned from {counted(done.rows, 'row')} {done.place}"
    _log.info("%s: %s %.4f, %s", NAME, metric, result.score or 0.0, result.note)
    return result


def _on_all_rows(guide: CvResult, rows: int, seconds: float) -> Candidate:
    """Return the candidate, with a higher learning rate if its usual rounds would take too long."""
    usual = float(guide.candidate.params.get("learning_rate", FAMILY.learning_rate))
    needed = guide.fold_seconds * rows / max(1, guide.fold_rows)
    scale = max(1.0, needed / max(_BOOSTING_SHARE * seconds, 1e-3))
    rate = round(min(max(usual, _FASTEST_RATE), usual * scale), 4)
    return Candidate(
        NAME, "xgboost", {**guide.candidate.params, ALL_ROWS: True, "learning_rate": rate}
    )


def fit_all_rows(
    candidate: Candidate,
    training_set: TrainingSet,
    cache: FoldCache,
    crosses: list[FrameEntry],
    source: Source,
    deadline: float,
    rounds: int | None = None,
) -> tuple[FoldRun, AllRowsFit]:
    """Fit on all rows except the test rows and the validation rows of the first fold.

    Args:
        candidate: Parameters of XGBoost, and the view of the features.
        training_set: The sample.
        cache: Its folds.
        crosses: Feature crosses of the search.
        source: All rows, and the engine.
        deadline: `time.monotonic()` at which boosting ends.
        rounds: How many, if that is known; else until the validation loss stops falling.

    Raises:
        FitTimeoutError: If there is not enough time to prepare the rows.
    """
    began, problem = time.monotonic(), cache.problem
    fold = cache.get(candidate.view, 0)
    done = source.engine(
        AllRowsJob(
            rows=replace(cache.rows(candidate.view, fold, rounds), threads=THREADS),
            params={k: v for k, v in candidate.params.items() if k not in COMMON},
            preparation=preparation_of(training_set, crosses, fold),
            sample=sampled_rows(fold),
            data=source.data,
            scratch=source.scratch,
            deadline=deadline,
            limits=training_set.limits,
            rounds=rounds,
        )
    )
    fitted = time.monotonic()
    output = model_output(done.fit, fold, fold.x_valid, problem.classes)
    predict_s = time.monotonic() - fitted
    weight = weights_of(problem.weight, fold.valid)
    value = score(training_set.spec.metric, problem.y[fold.valid], output, weight)
    return FoldRun(done.fit, fold, output, value, time.monotonic() - began, predict_s), done
