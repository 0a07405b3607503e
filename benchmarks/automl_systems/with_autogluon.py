"""AutoGluon with one of its presets."""

import sys
import time
from pathlib import Path

import pandas as pd
from autogluon.tabular import TabularPredictor

_METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "root_mean_squared_error"}


def main(folder: Path, out: Path, began: float, budget: float, preset: str) -> None:
    """Train on `train.csv`, write the predictions for `test.csv`."""
    task = (folder / "task.txt").read_text()
    train, test = (pd.read_csv(folder / name) for name in ("train.csv", "test.csv"))
    if task != "regression":
        train["target"] = train["target"].astype(str)
    predictor = TabularPredictor(label="target", problem_type=task, eval_metric=_METRIC[task])
    left = max(5.0, budget - (time.monotonic() - began) - 3.0)
    predictor.fit(train, presets=preset, time_limit=left, num_cpus=2)
    if task == "regression":
        pd.DataFrame({"prediction": predictor.predict(test)}).to_csv(out, index=False)
        return
    predictor.predict_proba(test).add_prefix("probability_").to_csv(out, index=False)


main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), sys.argv[5])
