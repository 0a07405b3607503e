"""FLAML, with or without its ensemble."""

import sys
import time
from pathlib import Path

import pandas as pd
from flaml import AutoML

_METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def main(folder: Path, out: Path, began: float, budget: float, mode: str) -> None:
    """Train on `train.csv`, write the predictions for `test.csv`."""
    task = (folder / "task.txt").read_text()
    train, test = (pd.read_csv(folder / name) for name in ("train.csv", "test.csv"))
    y, test = train.pop("target"), test.drop(columns="target")
    if task != "regression":
        y = y.astype(str)
    model = AutoML()
    model.fit(
        X_train=train,
        y_train=y,
        task="regression" if task == "regression" else "classification",
        metric=_METRIC[task],
        time_budget=max(5.0, budget - (time.monotonic() - began) - 3.0),
        ensemble=mode == "ensemble",
        n_jobs=2,
        seed=0,
        verbose=0,
    )
    if task == "regression":
        pd.DataFrame({"prediction": model.predict(test)}).to_csv(out, index=False)
        return
    columns = [f"probability_{label}" for label in model.classes_]
    pd.DataFrame(model.predict_proba(test), columns=columns).to_csv(out, index=False)


main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]),
     sys.argv[5] if len(sys.argv) > 5 else "")  # fmt: skip
