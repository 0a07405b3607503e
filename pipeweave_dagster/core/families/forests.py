"""Random forests (Breiman 2001) and extremely randomised trees (Geurts et al. 2006).

The two families differ in one class of scikit-learn and in its parameters.
"""

import time
from dataclasses import dataclass
from typing import Any

from pipeweave_dagster.core.families.base import Family, View
from pipeweave_dagster.core.families.fit import Fit, Rows, fit_plain, threads_for
from pipeweave_dagster.core.families.search_space import Range, Variant

_STEP = 20
_TREE = 40  # microseconds of one core for 1,000 rows, see `core.explain.explained_members`


@dataclass(frozen=True, kw_only=True, eq=False)
class Forest(Family):
    """A forest grown in steps, so that it can stop at the deadline with the trees it has.

    On very large tables its trees exceed any sensible model size.
    """

    view: View = "tree"
    is_large: bool = True
    max_rows: float = 200_000
    types: tuple[str, ...] = ("sklearn.tree._tree.Tree",)

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Grow `n_estimators` trees (100 by default), or as many as time allows."""
        wanted = rows.rounds or int(params.get("n_estimators", 100))
        model = self._unfitted(rows, params)
        started = time.monotonic()
        grown = 0
        while grown < wanted:
            grown = min(wanted, grown + _STEP)
            model.set_params(n_estimators=grown)
            fit_plain(model, rows)
            pace = (time.monotonic() - started) / grown * _STEP
            if time.monotonic() + pace > deadline:
                break
        model.set_params(n_jobs=1, warm_start=False)
        return Fit(model, grown, cut=grown < wanted)

    def _unfitted(self, rows: Rows, params: dict[str, Any]) -> Any:
        from sklearn import ensemble

        classifier, regressor = self.estimators
        kind = getattr(ensemble, classifier if rows.classes else regressor)
        return kind(
            n_jobs=threads_for(rows),
            random_state=rows.seed,
            warm_start=True,
            max_features=params.get("max_features", "sqrt" if rows.classes else 0.5),
            min_samples_leaf=params.get("min_samples_leaf", 1 + rows.x.shape[0] // 5_000),
        )

    def prediction_cost(self, model: Any, trees: int) -> float:
        """Return microseconds per 1,000 rows."""
        del trees
        return float(len(model.estimators_) * _TREE)


RANDOM_FOREST = Forest(
    name="random_forest",
    place=50,
    variants=(
        Variant("random_forest_leaf", "other", 60, {"min_samples_leaf": 5, "max_features": 0.5}),
    ),
    space={
        "max_features": Range(0.2, 1.0, 0.4, log_scale=False),
        "min_samples_leaf": Range(1, 20, 1, integer=True),
    },
    estimators=("RandomForestClassifier", "RandomForestRegressor"),
)
EXTRA_TREES = Forest(
    name="extra_trees",
    place=60,
    variants=(
        Variant("extra_trees_leaf", "other", 20, {"min_samples_leaf": 3, "max_features": 0.8}),
    ),
    space={
        "max_features": Range(0.2, 1.0, 0.6, log_scale=False),
        "min_samples_leaf": Range(1, 20, 1, integer=True),
    },
    estimators=("ExtraTreesClassifier", "ExtraTreesRegressor"),
)
