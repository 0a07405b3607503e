"""Fit XGBoost on blocks on disk (its `ExtMemQuantileDMatrix`): memory of one block."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb

from pipeweave_dagster.core.families import Fit, Rows
from pipeweave_dagster.core.families.early_stopping import Deadline, patience_of
from pipeweave_dagster.core.families.fit import THREADS, dense
from pipeweave_dagster.core.families.xgboost import FAMILY, stop_at
from pipeweave_dagster.core.training.out_of_core.row_blocks import Block


class _BlockIterator(xgb.DataIter):
    """Gives XGBoost one block after the other; its own pages are kept beside the blocks."""

    def __init__(self, blocks: list[Block], kinds: list[str], folder: Path) -> None:
        self.blocks, self.kinds, self.at = blocks, kinds, 0
        super().__init__(cache_prefix=str(folder / "pages"), on_host=False)

    def next(self, input_data: Any) -> bool:
        """Pass the next block on; return False after the last one."""
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
        """Start with the first block again."""
        self.at = 0


def boost_blocks(
    rows: Rows,
    params: dict[str, Any],
    blocks: list[Block],
    folder: Path,
    deadline: float,
    rounds: int | None,
    max_rounds: int,
) -> Fit:
    """Boost until the validation loss stops falling, or for a given number of rounds.

    Args:
        rows: The sample as one fit gets it; its validation rows stop boosting.
        params: Of XGBoost.
        blocks: All training rows.
        folder: For XGBoost's own pages.
        deadline: `time.monotonic()` at which boosting ends in any case.
        rounds: How many, if that is known.
        max_rounds: How many at most, otherwise.
    """
    params = FAMILY.with_defaults(params)
    most = rounds or max_rounds
    model = FAMILY.make_model(rows, {"n_estimators": most, **params})
    kinds = model.get_params().get("feature_types") or ["q"] * rows.x.shape[1]
    watch = Deadline(deadline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        matrix = xgb.ExtMemQuantileDMatrix(
            _BlockIterator(blocks, kinds, folder), nthread=THREADS, enable_categorical=True
        )
        valid = xgb.DMatrix(
            dense(rows.x_valid), rows.y_valid, feature_types=kinds, enable_categorical=True
        )
        booster = xgb.train(
            {**model.get_xgb_params(), **_objective(rows.classes)},
            matrix,
            num_boost_round=most,
            evals=[(valid, "valid")],
            early_stopping_rounds=None if rounds else patience_of(params["learning_rate"]),
            callbacks=[stop_at(watch)],
            verbose_eval=False,
        )
    model.load_model(bytearray(booster.save_raw("ubj")))
    model.set_params(n_jobs=1)
    return Fit(model, FAMILY.rounds_of(model), watch.cut)


def _objective(classes: int) -> dict[str, Any]:
    if classes == 0:
        return {"objective": "reg:squarederror"}
    if classes == 2:
        return {"objective": "binary:logistic", "eval_metric": "logloss"}
    return {"objective": "multi:softprob", "num_class": classes, "eval_metric": "mlogloss"}
