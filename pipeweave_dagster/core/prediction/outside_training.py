"""Flag rows unlike the training rows, on which the scores of the model say little.

Each number becomes a normal score by the quantiles of the training rows, growing linearly beyond
their ends; the distance of a row is Mahalanobis's, so an unusual combination counts as well as an
unusual value. The limit is the quantile of other training rows that one row in a hundred exceeds
(conformal anomaly detection: Laxhammar and Falkman 2010). Dates are left out, since every later
batch is later, and categories, which are reported on their own when unseen.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeweave_dagster.core.model.column_values import as_number
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.prediction.intervals import conformal_quantile
from pipeweave_dagster.core.prediction.normal_scores import Floats, Scale, scale_of

OUTSIDE = "outside_training"
FALSE_FLAGS = 0.01
"""Share of rows like the training rows that are flagged."""
_FEWEST_ROWS, _MOST_KNOTS, _SHRINKAGE = 100, 65, 0.05
_NORMAL_QUARTILES = 1.349


class TrainingRegion(NamedTuple):
    """Where the training rows are.

    Attributes:
        scales: Normal scores by numeric column.
        whiten: Matrix that makes the scores uncorrelated.
        limit: Squared distance beyond which a row is outside.
    """

    scales: dict[str, Scale]
    whiten: Floats
    limit: float

    def outside(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which rows are unlike the training rows; missing values are usual."""
        return np.asarray(_distances(rows, self.scales, self.whiten) > self.limit)


def learn_region(reference: Path, features: list[str]) -> TrainingRegion | None:
    """Learn the region from a sample of the training rows.

    Args:
        reference: Parquet with features of training rows.
        features: The columns of the model that the rows to judge have.

    Returns:
        None with too few rows, or without a column of numbers.
    """
    schema = pq.read_schema(reference)
    kinds = ("int", "uint", "float", "double")
    names = [n for n in features if n in schema.names]
    names = [n for n in names if str(schema.field(n).type).startswith(kinds)]
    rows = exact_frame(pq.read_table(reference, columns=names, partitioning=None))
    learn, check = rows.iloc[::2], rows.iloc[1::2]
    scales = {n: s for n in names if (s := _scale(as_number(learn[n]))) is not None}
    if len(check) < _FEWEST_ROWS or not scales:
        return None
    scores = _scores(learn, scales)
    covariance = np.atleast_2d(np.cov(scores, rowvar=False))
    ridge = _SHRINKAGE * np.eye(len(scales))
    whiten = np.linalg.cholesky(np.linalg.inv((1 - _SHRINKAGE) * covariance + ridge))
    limit = conformal_quantile(_distances(check, scales, whiten), 1 - FALSE_FLAGS)
    return TrainingRegion(scales, whiten, limit)


def _scale(numbers: Floats) -> Scale | None:
    from scipy.special import ndtri

    known = numbers[~np.isnan(numbers)]
    if len(known) < _FEWEST_ROWS // 2:
        return None
    count = int(np.clip(len(known) // 4, 5, _MOST_KNOTS))
    shares = np.linspace(0, 1, count)
    bound = 1 / (2 * len(known))
    scores = ndtri(np.clip(shares, bound, 1 - bound))
    values, where = np.unique(np.quantile(known, shares), return_inverse=True)
    if len(values) == 1:  # a constant has no scale
        return None
    mean = np.bincount(where, scores) / np.bincount(where)
    low, high = np.quantile(known, [0.25, 0.75])
    unit = float(high - low) / _NORMAL_QUARTILES or float(known.std())
    return scale_of(values, mean, unit) if np.isfinite(unit) and unit > 0 else None


def _scores(rows: pd.DataFrame, scales: dict[str, Scale]) -> Floats:
    found: dict[str, Any] = {
        name: scale.of(as_number(rows[name])) for name, scale in scales.items()
    }
    return np.column_stack(list(found.values()))


def _distances(rows: pd.DataFrame, scales: dict[str, Scale], whiten: Floats) -> Floats:
    return np.asarray(((_scores(rows, scales) @ whiten) ** 2).sum(axis=1))


def outside_note(flagged: int, rows: int) -> str:
    """Return what the user should know of flagged rows."""
    if rows == 1:
        return (
            "This row is unlike the training rows, so its prediction is less certain than the "
            f"scores say; of rows like them, {FALSE_FLAGS:.0%} would be flagged too "
            f"(column `{OUTSIDE}`)."
        )
    return (
        f"{flagged:,} of {rows:,} rows ({flagged / rows:.1%}) are unlike the training rows; of rows"
        f" like them, {FALSE_FLAGS:.0%} would be (column `{OUTSIDE}`)."
    )
