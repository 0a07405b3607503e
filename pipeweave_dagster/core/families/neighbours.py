"""Nearest neighbours, for small tables of numbers."""

from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.families.base import ExportedFit, Family
from pipeweave_dagster.core.families.fit import Fit, Rows, dense

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member


def fit_neighbours(model: Any, rows: Rows) -> Any:
    """Store the rows; nearest neighbours take no weights."""
    return model.fit(dense(rows.x), rows.y)


class Neighbours(Family):
    """Distance-weighted mean of the nearest rows in the scaled view."""

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Store the rows."""
        from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

        del deadline
        kind = KNeighborsClassifier if rows.classes else KNeighborsRegressor
        count = max(1, min(int(params.get("n_neighbors", 15)), len(rows.y) // 3))
        model = kind(n_neighbors=count, weights="distance", algorithm="brute")
        return Fit(fit_neighbours(model, rows))

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return the function without weights."""
        del model, recipe, native
        return ExportedFit(fit_neighbours, {})


FAMILY = Neighbours(
    name="neighbours",
    view="linear",
    place=80,
    suits_text=False,
    max_rows=10_000,  # a prediction compares a row with all rows
    max_columns=200,
    estimators=("KNeighborsClassifier", "KNeighborsRegressor"),
)
