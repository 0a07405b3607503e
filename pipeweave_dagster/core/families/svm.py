"""Support vector machines with a radial kernel, for small tables (Cortes and Vapnik 1995)."""

import warnings
from typing import Any

from pipeweave_dagster.core.families.base import Family
from pipeweave_dagster.core.families.fit import Fit, Rows, fit_plain, threads_limited
from pipeweave_dagster.core.families.search_space import Range, Variant

_MAX_STEPS = 40_000
_FOLDS = 3


class Svm(Family):
    """It cannot be interrupted, so its steps are bounded; probabilities by Platt's method."""

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit within a bounded number of steps."""
        from sklearn.exceptions import ConvergenceWarning

        del deadline
        gamma = float(params.get("gamma", 1.0)) / max(rows.x.shape[1] * _variance(rows.x), 1e-9)
        kernel = {"gamma": gamma, "max_iter": _MAX_STEPS, "cache_size": 100}
        with warnings.catch_warnings(), threads_limited(1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = (_classifier if rows.classes else _regressor)(rows, params, kernel)
            return Fit(fit_plain(model, rows))


def _variance(x: Any) -> float:
    """Return the variance of all cells, sparse or not."""
    import numpy as np
    from scipy import sparse

    mean, cells = float(x.mean()), float(np.prod(x.shape))
    stored = x.data if sparse.issparse(x) else np.asarray(x).ravel()
    rest = (cells - len(stored)) * mean**2  # cells that are not stored are zero
    return float((((stored - mean) ** 2).sum() + rest) / cells)


def _classifier(rows: Rows, params: dict[str, Any], kernel: dict[str, Any]) -> Any:
    import numpy as np
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    if np.bincount(rows.y.astype(int)).min() < _FOLDS:
        raise ValueError(f"too few rows of a class (below {_FOLDS}) to calibrate probabilities")
    machine = SVC(C=params.get("C", 2.0), **kernel)
    return CalibratedClassifierCV(machine, method="sigmoid", cv=_FOLDS, ensemble=False)


def _regressor(rows: Rows, params: dict[str, Any], kernel: dict[str, Any]) -> Any:
    """Return a regressor with cost and tolerance in the unit of the target, which is not scaled."""
    import numpy as np
    from sklearn.svm import SVR

    spread = float(np.std(rows.y)) or 1.0
    return SVR(C=params.get("C", 5.0) * spread, epsilon=0.05 * spread, **kernel)


FAMILY = Svm(
    name="svm",
    view="linear",
    place=None,
    variants=(Variant("svm", "other", 10),),
    space={"C": Range(0.2, 100, 4), "gamma": Range(0.1, 5, 1)},
    suits_text=False,
    max_rows=3_000,  # time grows with the square of the rows
    max_columns=200,
    max_classes=10,
    estimators=("CalibratedClassifierCV", "SVR"),
    types=("sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration"),
)
