"""The constant baseline, which every other model has to beat."""

from typing import Any

from pipeweave_dagster.core.families.base import Family
from pipeweave_dagster.core.families.fit import Fit, Rows


class Dummy(Family):
    """Predicts class shares, or the mean of the target."""

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit in no time."""
        from sklearn.dummy import DummyClassifier, DummyRegressor

        del deadline
        if rows.task == "regression":
            model = DummyRegressor(strategy=params.get("strategy", "mean"))
        else:
            model = DummyClassifier(strategy="prior")
        return Fit(model.fit(rows.x, rows.y, sample_weight=rows.weight))


FAMILY = Dummy(
    name="dummy",
    view="none",
    place=0,
    estimators=("DummyClassifier", "DummyRegressor"),
)
