"""Histogram gradient boosting of scikit-learn, its rounds bounded by the pace of the first ones."""

import time
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.families.base import ExportedFit, Family
from pipeweave_dagster.core.families.fit import Fit, Rows, threads_for, threads_limited
from pipeweave_dagster.core.families.search_space import Range

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member

_LEARNING_RATE = 0.06
_TIMED_ROUNDS = 5
_SLOWER = 1.5


def fit_histograms(model: Any, rows: Rows) -> Any:
    """Fit; with validation rows until their loss stops falling."""
    validation = {} if rows.x_valid is None else {"X_val": rows.x_valid, "y_val": rows.y_valid}
    return model.fit(rows.x, rows.y, sample_weight=rows.weight, **validation)


class HistGradientBoosting(Family):
    """Stops on the loss of the validation rows; it cannot be interrupted, so it is timed first."""

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Time a few rounds, then boost for as many as fit before the deadline."""
        wanted = rows.rounds or int(params.get("max_iter", 500))
        with threads_limited(threads_for(rows)):
            started = time.monotonic()
            # Scoring the validation rows costs time in every round, so it is timed as well.
            first = fit_histograms(_unfitted(rows, params, min(_TIMED_ROUNDS, wanted)), rows)
            pace = (time.monotonic() - started) / _TIMED_ROUNDS * _SLOWER
            affordable = min(wanted, int((deadline - time.monotonic()) / pace))
            if affordable <= _TIMED_ROUNDS:
                return Fit(first, min(_TIMED_ROUNDS, wanted), cut=wanted > _TIMED_ROUNDS)
            model = fit_histograms(_unfitted(rows, params, affordable), rows)
        # Without validation rows all rounds count; with them the last ones brought nothing.
        stopped = rows.x_valid is not None and model.n_iter_ < affordable
        rounds = max(1, model.n_iter_ - _patience(params)) if stopped else model.n_iter_
        return Fit(model, rounds, cut=affordable < wanted and not stopped)

    def unfitted(self, model: Any, rounds: int | None) -> Any:
        """Return an unfitted copy; a known number of rounds takes the place of early stopping."""
        copy = super().unfitted(model, rounds)
        return copy if rounds is None else copy.set_params(max_iter=rounds, early_stopping=False)

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return the function that passes the validation rows on."""
        del model, recipe, native
        return ExportedFit(fit_histograms, {})


def _unfitted(rows: Rows, params: dict[str, Any], rounds: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    shared = {
        "max_iter": rounds,
        "learning_rate": params.get("learning_rate", _LEARNING_RATE),
        "max_leaf_nodes": params.get("max_leaf_nodes", 31),
        "min_samples_leaf": params.get("min_samples_leaf", 20 if len(rows.y) > 300 else 5),
        "l2_regularization": params.get("l2_regularization", 1.0),
        "categorical_features": rows.native or None,
        "monotonic_cst": rows.monotone or None,
        "early_stopping": rows.x_valid is not None,
        "n_iter_no_change": _patience(params),
        "random_state": rows.seed,
    }
    if rows.classes:
        return HistGradientBoostingClassifier(**shared)
    return HistGradientBoostingRegressor(**shared)


def _patience(params: dict[str, Any]) -> int:
    return int(params.get("n_iter_no_change", 30))


FAMILY = HistGradientBoosting(
    name="hist_gradient_boosting",
    view="tree",
    place=70,
    space={
        "max_leaf_nodes": Range(4, 100, 31, integer=True),
        "learning_rate": Range(0.02, 0.15, _LEARNING_RATE),
        "min_samples_leaf": Range(2, 60, 20, integer=True),
        "l2_regularization": Range(0.01, 20, 1),
    },
    learning_rate=_LEARNING_RATE,
    refit_growth=1.1,
    supports_monotone=True,
    max_classes=40,  # each class costs a tree per round
    estimators=("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
    types=(
        "sklearn._loss.link.IdentityLink",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogLink",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.link.MultinomialLogit",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfMultinomialLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    ),
)
