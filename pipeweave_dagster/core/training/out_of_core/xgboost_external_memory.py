"""XGBoost on all rows of a table that is too large for the search, by its external memory.

The search works on a sample. Then the best XGBoost candidate is fitted once more on all rows,
which lie on disk in blocks (XGBoost's `ExtMemQuantileDMatrix`), and competes with the others on
the same validation part. Time and disk are linear in rows; memory is that of a block.
"""

import logging
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xgboost as xgb

from pipeweave_dagster.core.metrics.metrics import GREATER_IS_BETTER, score, weights_of
from pipeweave_dagster.core.model.serving import FrameEntry
from pipeweave_dagster.core.training.data.fold_features import FoldCache, FoldData, model_output
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.families import Fit
from pipeweave_dagster.core.training.families.base import THREADS
from pipeweave_dagster.core.training.families.candidate import ALL_ROWS, COMMON, LOG, Candidate
from pipeweave_dagster.core.training.families.early_stopping import Guard, patience_of
from pipeweave_dagster.core.training.families.xgboost import Deadline, XGBoost, rounds_of
from pipeweave_dagster.core.training.out_of_core.row_blocks import Block, rows_of, write_blocks
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult, FoldRun, add_fold, new_result

_log = logging.getLogger(__name__)

NAME = "xgboost_all_rows"
_MOST_ROUNDS = 3_000
_MOST_OF_TIME = 0.85
_BOOSTING, _FASTEST = 0.5, 0.3


class Source(NamedTuple):
    """The typed table (Parquet), and a folder on whose disk there is room for its features."""

    data: Path
    scratch: Path


def suits(training_set: TrainingSet) -> bool:
    """Whether rows were left out by sampling that one candidate can learn from after all."""
    train = next(s for s in training_set.spec.steps if s.kind == "train")
    allowed = train.params.get("families", ["xgboost"])
    return (
        training_set.table.read < training_set.table.total
        and training_set.spec.split.kind in ("hash", "group")
        and "xgboost" in allowed
    )


def try_all_rows(
    training_set: TrainingSet,
    cache: FoldCache,
    crosses: list[FrameEntry],
    results: list[CvResult],
    source: Source,
    budget: TimeBudget,
) -> CvResult | None:
    """The best XGBoost candidate, fitted on all rows; None where there is none to go by.

    What fails or takes too long is told in the note of the result, and ends nothing else.
    """
    guides = [r for r in results if r.candidate.family == "xgboost" and r.score is not None]
    guides = [r for r in guides if not r.candidate.params.get(LOG)]
    if not guides:
        return None
    sign = 1.0 if GREATER_IS_BETTER[training_set.spec.metric] else -1.0
    guide = max(guides, key=lambda r: sign * float(r.score or 0.0))
    candidate = _on_all_rows(guide, training_set.table.total, _MOST_OF_TIME * budget.left_s)
    result = new_result(candidate, cache)
    began = time.time()
    try:
        deadline = budget.deadline(_MOST_OF_TIME)
        run, rows = fit_all_rows(candidate, training_set, cache, crosses, source, deadline)
    except Exception as error:  # noqa: BLE001 - the models of the sample are there
        result.failed, result.seconds = True, time.time() - began
        result.note = f"{type(error).__name__}: {error}"[:300]
        _log.warning("%s was not fitted: %s", NAME, result.note)
        return result
    add_fold(result, run)
    result.note = f"learned from {rows:,} rows on disk"
    _log.info("%s: %s %.4f, %s", NAME, training_set.spec.metric, result.score or 0.0, result.note)
    return result


def _on_all_rows(guide: CvResult, rows: int, seconds: float) -> Candidate:
    """The candidate in larger steps, if as many rounds as the guide took would last too long."""
    usual = float(guide.candidate.params.get("learning_rate", XGBoost.defaults["learning_rate"]))
    needed = guide.fold_seconds * rows / max(1, guide.fold_rows)
    haste = max(1.0, needed / max(_BOOSTING * seconds, 1e-3))
    rate = round(min(max(usual, _FASTEST), usual * haste), 4)
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
) -> tuple[FoldRun, int]:
    """Fit on all rows but those of the test part and of the first fold's validation part.

    Args:
        candidate: Parameters of XGBoost, and the view of the features.
        training_set: The sample.
        cache: Its folds.
        crosses: Feature crosses of the search.
        source: All rows.
        deadline: `time.time()` at which boosting ends.
        rounds: How many, if that is known; else until the validation loss stops falling.

    Returns:
        The fold and how many rows it learned from.

    Raises:
        FitTimeoutError: If there is not enough time to prepare the rows.
    """
    began = time.time()
    fold = cache.get(candidate.view, 0)
    with tempfile.TemporaryDirectory(prefix="blocks-", dir=source.scratch) as folder:
        blocks = write_blocks(training_set, crosses, fold, source.data, Path(folder), deadline)
        fit = _boost(candidate, cache, fold, blocks, Path(folder), deadline, rounds)
        rows = rows_of(blocks)
    fitted = time.time()
    found = model_output(fit, fold, fold.x_valid, cache.problem.classes)
    predict_s = time.time() - fitted
    weight = weights_of(cache.problem.weight, fold.valid)
    value = score(training_set.spec.metric, cache.problem.y[fold.valid], found, weight)
    return FoldRun(fit, fold, found, value, time.time() - began, predict_s), rows


class _FromDisk(xgb.DataIter):
    """Gives XGBoost one block after the other; its own pages are kept beside the blocks."""

    def __init__(self, blocks: list[Block], kinds: list[str], folder: Path) -> None:
        self.blocks, self.kinds, self.at = blocks, kinds, 0
        super().__init__(cache_prefix=str(folder / "pages"), on_host=False)

    def next(self, input_data: Any) -> bool:
        """Hand over the next block; False after the last one."""
        if self.at == len(self.blocks):
            return False
        block = self.blocks[self.at]
        weight = None if block.weight is None else np.load(block.weight)
        input_data(
            data=np.load(block.x), label=np.load(block.y), weight=weight, feature_types=self.kinds
        )
        self.at += 1
        return True

    def reset(self) -> None:
        """Begin with the first block again."""
        self.at = 0


def _boost(
    candidate: Candidate,
    cache: FoldCache,
    fold: FoldData,
    blocks: list[Block],
    folder: Path,
    deadline: float,
    rounds: int | None,
) -> Fit:
    rows = replace(cache.rows(candidate.view, fold, rounds), threads=THREADS)
    params = {k: v for k, v in candidate.params.items() if k not in COMMON}
    params = {**XGBoost.defaults, **params}
    most = rounds or _MOST_ROUNDS
    model = XGBoost().model(rows, {"n_estimators": most, **params})
    kinds = model.get_params().get("feature_types") or ["q"] * rows.x.shape[1]
    guard = Guard(deadline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        matrix = xgb.ExtMemQuantileDMatrix(
            _FromDisk(blocks, kinds, folder), nthread=THREADS, enable_categorical=True
        )
        valid = xgb.DMatrix(
            _dense(rows.x_valid), rows.y_valid, feature_types=kinds, enable_categorical=True
        )
        booster = xgb.train(
            {**model.get_xgb_params(), **_objective(rows.classes)},
            matrix,
            num_boost_round=most,
            evals=[(valid, "valid")],
            early_stopping_rounds=None if rounds else patience_of(params["learning_rate"]),
            callbacks=[Deadline(guard)],
            verbose_eval=False,
        )
    model.load_model(bytearray(booster.save_raw("ubj")))
    model.set_params(n_jobs=1)
    return Fit(model, rounds_of(booster), guard.cut)


def _objective(classes: int) -> dict[str, Any]:
    if classes == 0:
        return {"objective": "reg:squarederror"}
    if classes == 2:
        return {"objective": "binary:logistic", "eval_metric": "logloss"}
    return {"objective": "multi:softprob", "num_class": classes, "eval_metric": "mlogloss"}


def _dense(x: Any) -> Any:
    return x.toarray() if hasattr(x, "toarray") else x
