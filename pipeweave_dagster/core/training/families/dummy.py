"""The constant model: what every other one has to beat."""

from typing import Any

from sklearn.dummy import DummyClassifier, DummyRegressor

from pipeweave_dagster.core.training.families.base import Fit, Rows, View


class Dummy:
    """Predicts class shares, or the mean (the median for mean absolute error)."""

    view: View = "none"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Always."""
        del rows, columns, classes
        return True

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit in no time."""
        del deadline
        if rows.task == "regression":
            model = DummyRegressor(strategy=params.get("strategy", "mean"))
        else:
            model = DummyClassifier(strategy="prior")
        return Fit(model.fit(rows.x, rows.y, sample_weight=rows.weight))
