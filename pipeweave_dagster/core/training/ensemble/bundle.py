"""Put fitted parts together into what a model file holds."""

from typing import Any

from sklearn.pipeline import Pipeline

from pipeweave_dagster.core.model.serving import FrameEntry, bounds
from pipeweave_dagster.core.training.data.fold_features import FoldData
from pipeweave_dagster.core.training.families import Fit


def member(fit: Fit, data: FoldData, weight: float = 1.0) -> dict[str, Any]:
    """One member of the bundle: features and estimator as a plain scikit-learn pipeline."""
    pipeline = Pipeline([("features", data.transformer), ("model", fit.estimator)])
    found = {"pipeline": pipeline, "classes": [int(k) for k in data.known], "weight": weight}
    return found if len(data.known) else {**found, "range": list(bounds(data.y))}


def bundle_of(
    task: str, classes: list[str], frame: list[FrameEntry], members: list[dict[str, Any]]
) -> dict[str, Any]:
    """The dict that `serving.load_bundle` gives back."""
    return {"task": task, "classes": classes, "frame": frame, "members": members}
