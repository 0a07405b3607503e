"""Nearest neighbours, for small tables of numbers."""

from typing import Any

from scipy import sparse
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from pipeweave_dagster.core.training.families.base import Fit, Rows, View


class Neighbours:
    """Distance-weighted mean of the nearest rows in the scaled view."""

    view: View = "linear"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Only small tables: it compares every row with every other."""
        del classes
        return rows <= 10_000 and columns <= 200

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Remember the rows (it takes no weights)."""
        del deadline
        kind = KNeighborsClassifier if rows.classes else KNeighborsRegressor
        count = max(1, min(int(params.get("n_neighbors", 15)), len(rows.y) // 3))
        model = kind(n_neighbors=count, weights="distance", algorithm="brute")
        x = rows.x.toarray() if sparse.issparse(rows.x) else rows.x
        return Fit(model.fit(x, rows.y))
