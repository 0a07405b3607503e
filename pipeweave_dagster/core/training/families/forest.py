"""Random forests (Breiman 2001) and extremely randomised trees (Geurts et al. 2006)."""

import time
from typing import Any

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from pipeweave_dagster.core.training.families.base import Fit, Rows, View, threads_for

_STEP = 20


class Forest:
    """A forest grown in steps, so that it can stop at the deadline with the trees it has."""

    view: View = "tree"

    def __init__(self, *, extra: bool) -> None:
        self.extra = extra

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Not on huge tables, where trees grow past any sensible model size."""
        del columns, classes
        return rows <= 200_000

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Grow `n_estimators` trees (100 by default), or as many as time allows."""
        wanted = rows.rounds or int(params.get("n_estimators", 100))
        model = self._model(rows, params)
        started = time.time()
        grown = 0
        while grown < wanted:
            grown = min(wanted, grown + _STEP)
            model.set_params(n_estimators=grown)
            model.fit(rows.x, rows.y, sample_weight=rows.weight)
            pace = (time.time() - started) / grown * _STEP
            if time.time() + pace > deadline:
                break
        model.set_params(n_jobs=1, warm_start=False)
        return Fit(model, grown, cut=grown < wanted)

    def _model(self, rows: Rows, params: dict[str, Any]) -> Any:
        count = rows.x.shape[0]
        shared = {
            "n_jobs": threads_for(rows),
            "random_state": rows.seed,
            "warm_start": True,
            "max_features": params.get("max_features", "sqrt" if rows.classes else 0.5),
            "min_samples_leaf": params.get("min_samples_leaf", 1 + count // 5_000),
        }
        if rows.classes:
            return (ExtraTreesClassifier if self.extra else RandomForestClassifier)(**shared)
        return (ExtraTreesRegressor if self.extra else RandomForestRegressor)(**shared)
