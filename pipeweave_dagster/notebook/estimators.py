# ruff: noqa: TID253 - imported only where an estimator is used
# ruff: noqa: N803, N806 - scikit-learn calls features X
"""PipeWeave as scikit-learn estimators, for `cross_val_score`, `clone` and pipelines.

The table is described, inspected and searched as in a run. What differs: the caller decides what is
a feature and what is tested, so no rows are held out for a report, and findings are warnings.
"""

import time
import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.notebook.dataset import Dataset
from pipeweave_dagster.notebook.frames import with_flat_names
from pipeweave_dagster.notebook.model import Model
from pipeweave_dagster.notebook.progress_bar import ProgressBar
from pipeweave_dagster.notebook.train_model import train_model

_MIN_ROWS = 10
_ARRAYS: dict[str, Any] = {"dtype": None, "ensure_all_finite": "allow-nan"}


class FindingWarning(UserWarning):
    """A finding that would stop a run."""


class _Auto(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """What classifier and regressor share."""

    _task: str | None = None

    def __init__(
        self,
        time_budget: float = 60.0,
        *,
        metric: str | None = None,
        settings: dict[str, Any] | None = None,
        verbose: bool = False,
    ) -> None:
        self.time_budget = time_budget
        self.metric = metric
        self.settings = settings
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.non_deterministic = True  # the search ends by the clock
        return tags

    def _fit(self, frame: pd.DataFrame, y: NDArray[Any], weight: ArrayLike | None) -> None:
        started_at = time.monotonic()
        target, weight_name = _unused("target", frame), _unused("weight", frame)
        frame = frame.assign(**{target: y})
        given: dict[str, Any] = {**(self.settings or {}), "target": target, "task": self._task}
        given["time_budget_s"] = self.time_budget  # refused unless it is above 0
        if self.metric is not None:
            given["metric"] = self.metric
        if weight is not None:
            frame[weight_name] = _check_sample_weight(weight, frame)
            given["weight"] = weight_name
        try:
            self.model_: Model = self._trained(Dataset(frame, name="frame", **given), started_at)
        except PipeWeaveError as error:
            raise ValueError(str(error)) from error

    def _trained(self, data: Dataset, started_at: float) -> Model:
        for finding in data.findings_document.blocked:
            warnings.warn(f"{finding.code}: {finding.message}", FindingWarning, stacklevel=4)
        table = (data.snapshot, data.data_file)
        findings, budget_s = data.findings_document, self.time_budget
        with ProgressBar(budget_s, wanted=self.verbose) as bar:
            return train_model(
                data.pipeline, table, findings, budget_s, started_at, bar, evaluated=False
            )

    def _checked(self, X: Any, y: Any) -> tuple[pd.DataFrame, NDArray[Any]]:
        """Return features and target of a fit, and remember number and names of the features."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None"
            )
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, skip_check_array=True)
        else:
            X = validate_data(self, X, **_ARRAYS)
        y = column_or_1d(y, warn=True)
        check_consistent_length(X, y)
        if len(y) < _MIN_ROWS:
            raise ValueError(f"n_samples = {len(y)}: at least {_MIN_ROWS} rows are needed.")
        return _frame_of(X), y

    def _predict(self, X: Any) -> pd.DataFrame:
        check_is_fitted(self)
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=False, skip_check_array=True)
        else:
            X = validate_data(self, X, reset=False, **_ARRAYS)
        return self.model_.predict(_frame_of(X))


class AutoClassifier(ClassifierMixin, _Auto):  # type: ignore[misc] # scikit-learn has no types
    """A classifier that PipeWeave constructs, searches and calibrates within a time budget.

    Args:
        time_budget: Seconds for each fit.
        metric: Metric to select by; by default ROC AUC for two classes, else log loss.
        settings: Further keys of `pipeweave.yaml`, such as `columns` or `split`.
        verbose: Whether to show a progress bar, in notebooks and terminals only.

    Attributes:
        classes_: The classes, in the order of `predict_proba`.
        model_: The model with its leaderboard and card.

    Example:
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(as_frame=True, return_X_y=True)
        >>> AutoClassifier(time_budget=5).fit(X, y).score(X, y) > 0.9  # doctest: +SKIP
        True
    """

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Search and fit; see the class.

        Args:
            X: Shape (n, columns): a data frame or an array; missing values and texts are allowed.
            y: Shape (n,): the classes.
            sample_weight: Shape (n,): weights of the rows.
        """
        frame, labels = self._checked(X, y)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        weighed = codes if sample_weight is None else codes[np.asarray(sample_weight) > 0]
        if len(np.unique(weighed)) < 2:
            raise ValueError("The target has only one class; a classifier needs two or more.")
        # Texts of its own, so that no class is read as a number or as missing.
        self._fit(frame, np.array([f"class {code}" for code in codes], object), sample_weight)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities, shape (n, classes), in the order of `classes_`."""
        frame = self._predict(X)
        names = [f"probability_class {code}" for code in range(len(self.classes_))]
        return frame.reindex(columns=names, fill_value=0.0).to_numpy(np.float64)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the predicted class of each row."""
        codes = self._predict(X)["prediction"].str.removeprefix("class ").astype(int)
        return np.asarray(self.classes_[codes.to_numpy()])


class AutoRegressor(RegressorMixin, _Auto):  # type: ignore[misc] # scikit-learn has no types
    """A regressor that PipeWeave constructs and searches within a time budget.

    Args:
        time_budget: Seconds for each fit.
        metric: Metric to select by; by default RMSE.
        settings: Further keys of `pipeweave.yaml`, such as `columns` or `split`.
        verbose: Whether to show a progress bar, in notebooks and terminals only.

    Attributes:
        model_: The model with its leaderboard and card.
    """

    _task = "regression"

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Search and fit; see `AutoClassifier.fit`."""
        frame, numbers = self._checked(X, y)
        assert_all_finite(numbers, input_name="y")
        self._fit(frame, numbers.astype(np.float64), sample_weight)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the predicted number of each row."""
        return self._predict(X)["prediction"].to_numpy(np.float64)


def _frame_of(X: Any) -> pd.DataFrame:
    """Return features as a data frame with text names."""
    if isinstance(X, pd.DataFrame):
        return with_flat_names(X).reset_index(drop=True)
    return pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])]).infer_objects()


def _unused(name: str, frame: pd.DataFrame) -> str:
    while name in frame.columns:
        name += "_"
    return name
