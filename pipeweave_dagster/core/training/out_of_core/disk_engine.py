"""Fit XGBoost on blocks on disk (its `ExtMemQuantileDMatrix`): memory of one block."""

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb

from pipeweave_dagster.core.families import Fit
from pipeweave_dagster.core.families.early_stopping import Deadline
from pipeweave_dagster.core.families.fit import THREADS, dense
from pipeweave_dagster.core.families.xgboost import stop_at
from pipeweave_dagster.core.training.out_of_core.engine import AllRowsFit, AllRowsJob, fitted
from pipeweave_dagster.core.training.out_of_core.row_blocks import Block, count_rows, write_blocks


def fit_on_disk(job: AllRowsJob) -> AllRowsFit:
    """Prepare all rows as blocks on disk, and boost on them.

    Raises:
        FitTimeoutError: If there is not enough time to prepare the rows.
    """
    with tempfile.TemporaryDirectory(prefix="blocks-", dir=job.scratch) as name:
        folder = Path(name)
        blocks = write_blocks(
            job.preparation, job.sample, job.data, folder, job.deadline, job.limits
        )
        return AllRowsFit(_boost(job, blocks, folder), count_rows(blocks), "on disk")


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


def _boost(job: AllRowsJob, blocks: list[Block], folder: Path) -> Fit:
    """Boost until the validation loss stops falling, or for the rounds that are known."""
    model, kinds, watch = job.unfitted(), job.feature_types(), Deadline(job.deadline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        matrix = xgb.ExtMemQuantileDMatrix(
            _BlockIterator(blocks, kinds, folder), nthread=THREADS, enable_categorical=True
        )
        valid = xgb.DMatrix(
            dense(job.rows.x_valid), job.rows.y_valid, feature_types=kinds, enable_categorical=True
        )
        booster = xgb.train(
            job.train_params(model),
            matrix,
            num_boost_round=job.most_rounds,
            evals=[(valid, "valid")],
            early_stopping_rounds=job.patience,
            callbacks=[stop_at(watch)],
            verbose_eval=False,
        )
    return fitted(model, booster, cut=watch.cut)
