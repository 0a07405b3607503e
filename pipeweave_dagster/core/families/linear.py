"""Linear models: logistic regression (L-BFGS) and ridge regression."""

import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.families.base import ExportedFit, Family
from pipeweave_dagster.core.families.fit import Fit, Rows, fit_plain, threads_limited
from pipeweave_dagster.core.families.search_space import CURVES, LOG, Range, Variant

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member
    from pipeweave_dagster.core.metrics.metrics import Array, Codes

_MAX_STEPS = 300


def fit_logistic(
    model: Any, rows: Rows, steps: int, stop: Callable[[int, int], bool] | None = None
) -> Any:
    """Fit in stretches of 3, 40, 40, … steps, each starting from the one before.

    Stretches have a fixed length, so that the same number of steps gives the same model. After each
    one that has not converged `stop` gets the steps done and the length of the next stretch.

    Most hashed tokens occur in no row. Their weights stay 0, so the fit leaves these columns out:
    with some thousand texts it is many times as fast, and the model is the same.
    """
    import numpy as np
    from scipy.sparse import issparse
    from threadpoolctl import threadpool_limits

    x, used = rows.x, None
    if issparse(x) and 0 < len(present := np.unique(x.tocsr().indices)) < x.shape[1]:
        x, used = x.tocsr()[:, present], present
    done, stretch = 0, 3
    with threadpool_limits(1):
        while done < steps:
            model.set_params(max_iter=stretch).fit(x, rows.y, sample_weight=rows.weight)
            done += stretch
            if max(model.n_iter_) < stretch:
                break
            stretch = 40
            if stop is not None and stop(done, stretch):
                break
    if used is not None:
        coef = np.zeros((len(model.coef_), rows.x.shape[1]))
        coef[:, used] = model.coef_
        model.coef_, model.n_features_in_ = coef, rows.x.shape[1]
    return model


class Linear(Family):
    """A baseline that often wins on small data and text."""

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit; the logistic regression until it converges or the time is over."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression, Ridge

        if rows.task == "regression":
            model = Ridge(alpha=params.get("alpha", 1.0), solver="auto", random_state=rows.seed)
            with threads_limited(1):
                return Fit(fit_plain(model, rows))
        model = LogisticRegression(C=params.get("C", 1.0), tol=1e-4, warm_start=True)
        started = time.monotonic()
        steps_at_deadline: list[int] = []

        def stop(done: int, following: int) -> bool:
            if time.monotonic() + (time.monotonic() - started) / done * following > deadline:
                steps_at_deadline.append(done)
            return bool(steps_at_deadline)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fit_logistic(model, rows, rows.rounds or _MAX_STEPS, stop)
        return Fit(model, next(iter(steps_at_deadline), None), cut=bool(steps_at_deadline))

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return the same stretches for classes; values have a closed form."""
        if not hasattr(model, "predict_proba"):
            return super().exported_fit(model, recipe, native)
        return ExportedFit(fit_logistic, {"steps": recipe.rounds or _MAX_STEPS})

    def contributions(
        self,
        model: Any,
        x: Any,
        sources: "Codes",
        count: int,
        *,
        quick: bool,
        rounds: int | None = None,
    ) -> "Array":
        """Return coefficients times (scaled) inputs, and the intercept."""
        import numpy as np
        from scipy.sparse import issparse

        del quick, rounds
        coefficients = np.atleast_2d(model.coef_)
        found = np.zeros((x.shape[0], count + 1, len(coefficients)))
        x = x.tocsc() if issparse(x) else x
        for feature in np.unique(sources):
            own = np.flatnonzero(sources == feature)
            found[:, feature] = x[:, own] @ coefficients[:, own].T
        found[:, -1] = np.atleast_1d(model.intercept_)
        return found


FAMILY = Linear(
    name="linear",
    view="linear",
    place=10,
    variants=(
        Variant("linear_curves", "splines", 20, {CURVES: True}),
        Variant("linear_strict", "other", 30, {"C": 0.1, "alpha": 30.0}),
        Variant("linear_free", "other", 40, {"C": 10.0, "alpha": 0.1}),
        Variant("linear_log", "log target", 20, {LOG: True, "alpha": 10.0}),
    ),
    space={"C": Range(1e-3, 100, 1), "alpha": Range(1e-3, 1000, 1)},
    estimators=("LogisticRegression", "Ridge"),
    explained="quick",
)
