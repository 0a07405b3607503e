"""A small neural network (multi-layer perceptron), for what trees and lines both miss."""

import time
import warnings
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from pipeweave_dagster.core.metrics.metrics import row_log_loss
from pipeweave_dagster.core.training.families.base import Fit, Rows, View, threads_limited

_STRETCH = 4
_PATIENCE = 5
_MAX_INPUTS = 2_000


class Mlp:
    """Trained a few epochs at a time; the weights of the best stretch are kept."""

    view: View = "linear"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Not on very small tables, where it only remembers, nor on very large ones."""
        del classes
        return 300 <= rows <= 100_000 and columns <= 300

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Train until the validation loss stops falling; `rounds` counts stretches of epochs."""
        x, x_valid = _dense(rows.x), _dense(rows.x_valid)
        shift, scale = (0.0, 1.0) if rows.classes else _centre(rows.y)
        model = self._model(rows, params)
        most = rows.rounds or int(params.get("stretches", 50))
        best, kept, kept_at = float("inf"), None, 0
        for done in range(1, most + 1):
            with warnings.catch_warnings(), threads_limited(1):
                warnings.simplefilter("ignore", ConvergenceWarning)
                target = rows.y if rows.classes else (rows.y - shift) / scale
                model.fit(x, target, sample_weight=rows.weight)
            loss = _loss(model, rows, x_valid, shift, scale)
            if loss is None or loss < best:
                best, kept_at = loss if loss is not None else best, done
                kept = [w.copy() for w in (*model.coefs_, *model.intercepts_)]
            if done - kept_at >= _PATIENCE or time.time() > deadline:
                break
        _restore(model, kept, shift, scale, regression=not rows.classes)
        del model._optimizer  # noqa: SLF001 - of use only to train on, and not safe to store
        return Fit(model, kept_at, cut=time.time() > deadline)

    def _model(self, rows: Rows, params: dict[str, Any]) -> Any:
        shared = {
            "hidden_layer_sizes": tuple(params.get("hidden", (128, 64))),
            "alpha": params.get("alpha", 1e-3),
            "learning_rate_init": params.get("learning_rate", 2e-3),
            "batch_size": int(np.clip(len(rows.y) // 30, 16, 256)),
            "max_iter": _STRETCH,
            "n_iter_no_change": _STRETCH + 1,
            "warm_start": True,
            "random_state": rows.seed,
        }
        return MLPClassifier(**shared) if rows.classes else MLPRegressor(**shared)


def _dense(x: Any) -> Any:
    if x is not None and x.shape[1] > _MAX_INPUTS:
        raise ValueError(f"{x.shape[1]} inputs are too many for a small network on two cores")
    return x.toarray() if sparse.issparse(x) else x


def _centre(y: Any) -> tuple[float, float]:
    return float(np.mean(y)), float(np.std(y)) or 1.0


def _loss(model: Any, rows: Rows, x_valid: Any, shift: float, scale: float) -> float | None:
    if rows.y_valid is None or len(rows.y_valid) == 0:
        return None
    if rows.classes:
        codes = rows.y_valid.astype(np.intp)
        return float(row_log_loss(codes, model.predict_proba(x_valid)).mean())
    return float(np.mean(((rows.y_valid - shift) / scale - model.predict(x_valid)) ** 2))


def _restore(model: Any, kept: Any, shift: float, scale: float, *, regression: bool) -> None:
    """Put the best weights back; for values, in the unit of the target."""
    if kept is not None:
        layers = len(model.coefs_)
        model.coefs_, model.intercepts_ = kept[:layers], kept[layers:]
    if regression:
        model.coefs_[-1] = model.coefs_[-1] * scale
        model.intercepts_[-1] = model.intercepts_[-1] * scale + shift
