"""A small neural network (multi-layer perceptron), for what trees and linear models both miss."""

import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.families.base import ExportedFit, Family
from pipeweave_dagster.core.families.fit import Fit, Rows, dense
from pipeweave_dagster.core.families.search_space import CURVES, Range, Variant

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member

_EPOCHS = 4
_STRETCHES = 50
_MAX_INPUTS = 2_000


def fit_network(
    model: Any, rows: Rows, stretches: int, stop: Callable[[int], bool] | None = None
) -> Any:
    """Train a few epochs at a time, and keep the weights with the lowest validation loss.

    Five stretches without a lower loss end it; so does `stop`, which gets the best stretch so far.
    Without validation rows the last weights are kept.
    """
    import numpy as np
    from threadpoolctl import ThreadpoolController

    classify = hasattr(model, "predict_proba")
    mean, scale = (0.0, 1.0) if classify else (float(rows.y.mean()), float(rows.y.std()) or 1.0)
    target = rows.y if classify else (rows.y - mean) / scale
    x, x_valid = dense(rows.x), dense(rows.x_valid)
    best, kept, kept_at = np.inf, None, 0
    libraries = ThreadpoolController()  # looked for once: each look takes milliseconds
    for done in range(1, stretches + 1):
        with libraries.limit(limits=1):
            model.fit(x, target, sample_weight=rows.weight)
        loss = -np.inf
        if x_valid is not None and classify:
            proba = model.predict_proba(x_valid)
            proba = proba[np.arange(len(proba)), rows.y_valid.astype(int)] / proba.sum(axis=1)
            loss = float(-np.log(np.clip(proba, 1e-15, 1.0)).mean())
        elif x_valid is not None:
            loss = float(np.mean(((rows.y_valid - mean) / scale - model.predict(x_valid)) ** 2))
        if x_valid is None or loss < best:
            best, kept_at = loss, done
            kept = [own.copy() for own in (*model.coefs_, *model.intercepts_)]
        if (stop is not None and stop(kept_at)) or done - kept_at >= 5:
            break
    if kept is not None:
        model.coefs_, model.intercepts_ = kept[: len(model.coefs_)], kept[len(model.coefs_) :]
    if not classify:  # in the unit of the target
        model.coefs_[-1] = model.coefs_[-1] * scale
        model.intercepts_[-1] = model.intercepts_[-1] * scale + mean
    del model._optimizer  # noqa: SLF001 - needed for training only, and not safe to store
    return model


class Mlp(Family):
    """It only memorises very small tables, and is too slow on very large ones."""

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Train until the validation loss stops falling; `rounds` counts stretches of epochs."""
        from sklearn.exceptions import ConvergenceWarning

        if rows.x.shape[1] > _MAX_INPUTS:
            raise ValueError(f"{rows.x.shape[1]} inputs are too many for a small network")
        best = 0

        def stop(kept_at: int) -> bool:
            nonlocal best
            best = kept_at
            return time.monotonic() > deadline

        stretches = rows.rounds or int(params.get("stretches", _STRETCHES))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = fit_network(_unfitted(rows, params), rows, stretches, stop)
        return Fit(model, best, cut=time.monotonic() > deadline)

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return the same function with the number of stretches."""
        del model, native
        stretches = recipe.rounds or int(recipe.params.get("stretches", _STRETCHES))
        return ExportedFit(fit_network, {"stretches": stretches})


def _unfitted(rows: Rows, params: dict[str, Any]) -> Any:
    import numpy as np
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    shared = {
        "hidden_layer_sizes": tuple(params.get("hidden", (128, 64))),
        "alpha": params.get("alpha", 1e-3),
        "learning_rate_init": params.get("learning_rate", 2e-3),
        "batch_size": int(np.clip(len(rows.y) // 30, 16, 256)),
        "max_iter": _EPOCHS,
        "n_iter_no_change": _EPOCHS + 1,
        "warm_start": True,
        "random_state": rows.seed,
    }
    return MLPClassifier(**shared) if rows.classes else MLPRegressor(**shared)


FAMILY = Mlp(
    name="mlp",
    view="linear",
    place=90,
    variants=(
        Variant("mlp_curves", "splines", 10, {CURVES: True}),
        Variant("mlp_wide", "other", 50, {"hidden": (256,), "alpha": 0.1, "learning_rate": 1e-3}),
    ),
    space={"alpha": Range(1e-5, 1, 1e-3), "learning_rate": Range(3e-4, 6e-3, 2e-3)},
    kept_params=("hidden",),
    is_seeded=True,
    refit_growth=1.1,
    suits_text=False,
    min_rows=300,
    max_rows=100_000,
    max_columns=300,
    estimators=("MLPClassifier", "MLPRegressor"),
)
