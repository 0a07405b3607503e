"""Put fitted parts together into one model file, and into the files beside it."""

from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline
from skops.io import dump

from pipeweave_dagster.core.training.families import Fit
from pipeweave_dagster.core.training.folds import FoldData


def member(fit: Fit, data: FoldData, weight: float = 1.0) -> dict[str, Any]:
    """One member of the bundle: features and estimator as a plain scikit-learn pipeline."""
    pipeline = Pipeline([("features", data.transformer), ("model", fit.estimator)])
    return {"pipeline": pipeline, "classes": [int(k) for k in data.known], "weight": weight}


def bundle_of(
    task: str, classes: list[str], frame: list[dict[str, Any]], members: list[dict[str, Any]]
) -> dict[str, Any]:
    """The dict that `serving.load_bundle` gives back."""
    return {"task": task, "classes": classes, "frame": frame, "members": members}


def write_bundle(bundle: dict[str, Any], path: Path) -> None:
    """Write a skops archive (no pickle)."""
    dump(bundle, path)


def write_rows(table: pd.DataFrame, path: Path) -> None:
    """Write rows as Parquet."""
    table.to_parquet(path, index=False, compression="zstd")
