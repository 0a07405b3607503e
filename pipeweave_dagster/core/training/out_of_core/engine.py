"""What an engine fits on all rows, and what it returns: this machine's disk, or a cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pipeweave_dagster.core.families import Fit, Rows
from pipeweave_dagster.core.families.early_stopping import patience_of
from pipeweave_dagster.core.families.xgboost import FAMILY
from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster.core.training.out_of_core.row_preparation import (
    RowPreparation,
    TrainingRows,
)


@dataclass(frozen=True)
class AllRowsJob:
    """One fit of XGBoost on all rows of a table that was sampled.

    Attributes:
        rows: The sample as one fit gets it; its validation rows stop boosting.
        params: Of XGBoost.
        preparation: How the other rows are prepared.
        sample: The training rows of the sample, prepared.
        data: The typed table (Parquet).
        scratch: A folder with room for all features.
        deadline: `time.monotonic()` at which boosting ends in any case.
        limits: How much is read at a time, and the most boosting rounds.
        rounds: How many rounds, if that is known; else until the validation loss stops falling.
    """

    rows: Rows
    params: dict[str, Any]
    preparation: RowPreparation
    sample: TrainingRows
    data: Path
    scratch: Path
    deadline: float
    limits: DataLimits
    rounds: int | None = None

    def unfitted(self) -> Any:
        """Return the estimator that the booster becomes part of."""
        return FAMILY.make_model(
            self.rows, {"n_estimators": self.most_rounds, **FAMILY.with_defaults(self.params)}
        )

    def feature_types(self) -> list[str]:
        """Return XGBoost's type of each feature: `q` for quantities, `c` for category codes."""
        native = {*self.rows.native}
        return ["c" if place in native else "q" for place in range(self.rows.x.shape[1])]

    def train_params(self, model: Any) -> dict[str, Any]:
        """Return the parameters of the library's own `train`."""
        return {**model.get_xgb_params(), **_objective(self.rows.classes)}

    @property
    def most_rounds(self) -> int:
        """Boosting rounds at most."""
        return self.rounds or self.limits.out_of_core_rounds

    @property
    def patience(self) -> int | None:
        """Rounds without improvement that end boosting; None if the rounds are known."""
        rate = FAMILY.with_defaults(self.params)["learning_rate"]
        return None if self.rounds else patience_of(rate)


class AllRowsFit(NamedTuple):
    """The fit, how many rows it learned from, and where, such as `on disk`."""

    fit: Fit
    rows: int
    place: str


Engine: TypeAlias = Callable[[AllRowsJob], AllRowsFit]


def fitted(model: Any, booster: Any, *, cut: bool) -> Fit:
    """Return the fit of an estimator with a booster that was trained apart from it."""
    model.load_model(bytearray(booster.save_raw("ubj")))
    model.set_params(n_jobs=1)
    return Fit(model, FAMILY.rounds_of(model), cut)


def _objective(classes: int) -> dict[str, Any]:
    if classes == 0:
        return {"objective": "reg:squarederror"}
    if classes == 2:
        return {"objective": "binary:logistic", "eval_metric": "logloss"}
    return {"objective": "multi:softprob", "num_class": classes, "eval_metric": "mlogloss"}
