"""The closed catalogue of step types and their parameters."""

from dataclasses import dataclass, field
from typing import Literal

DATE_PARTS = ("epoch", "year", "month", "day", "weekday", "hour", "minute")
TEXT_COUNTS = ("characters", "words", "capitals", "digits", "signs")
IMPUTE = ("median", "mean", "most_frequent")
STRATEGIES = ("quantile", "uniform", "kmeans")
CLIPPED = {"lower": 0.01, "upper": 0.99}
"""Default quantiles of `clip`."""
BINS, HASHED = 10, 16
"""Default number of bins of `bin`, and of outputs of `hash`."""


@dataclass(frozen=True)
class StepType:
    """One step type.

    Attributes:
        kind: The stage that it belongs to.
        about: What it does, in one or two sentences; shown to users.
        params: The parameters, each with its allowed Python types.
        takes_columns: Whether it works on named columns (then it needs at least one).
        reads: The step type whose reading of raw values it shares, if it has none of its own.
    """

    kind: Literal["extract", "preprocess", "feature", "train", "predict"]
    about: str
    params: dict[str, tuple[type, ...]] = field(default_factory=dict)
    takes_columns: bool = True
    reads: str | None = None


CATALOGUE: dict[str, StepType] = {
    "table": StepType(
        "extract",
        "Reads the typed table. `missing` lists placeholders of missing values per column; "
        "`merge_spellings` lists columns whose spellings of a category are merged.",
        {"missing": (dict,), "merge_spellings": (list,)},
    ),
    "numeric": StepType(
        "preprocess",
        "Numbers. Linear models get them imputed (by default the median, with a missing-value "
        "indicator) and scaled; trees get them as they are.",
        {"impute": (str,), "indicator": (bool,)},
    ),
    "boolean": StepType("preprocess", "Booleans as 1 and 0; missing values stay missing."),
    "ordinal": StepType(
        "preprocess",
        "Ordered levels as their rank; a level that is not in `order` is missing.",
        {"order": (dict,)},
    ),
    "categorical": StepType(
        "preprocess",
        "Categories: one-hot encoded for linear models; for trees native codes, or cross-fitted "
        "target means above `max_native` levels. Unseen categories are unknown. Columns under "
        "`numbers` (such as years) are used as numbers, too.",
        {"max_native": (int,), "numbers": (list,)},
    ),
    "clip": StepType(
        "preprocess",
        "Numbers clipped to quantiles of the fold's training rows, which limits the effect of "
        "outliers; otherwise as `numeric`.",
        {"lower": (float, int), "upper": (float, int)},
        reads="numeric",
    ),
    "log": StepType(
        "preprocess",
        "Numbers on a logarithmic scale that is defined for 0 and negative values, too (inverse "
        "hyperbolic sine); otherwise as `numeric`.",
        reads="numeric",
    ),
    "bin": StepType(
        "preprocess",
        "Numbers as bins, fitted on the fold's training rows: one flag per bin for linear models, "
        "the rank of the bin for trees, and a missing-value indicator.",
        {"bins": (int,), "strategy": (str,)},
        reads="numeric",
    ),
    "hash": StepType(
        "preprocess",
        "Categories hashed into `width` numbers, for columns with very many or ever new levels; "
        "unseen ones are hashed, too, and two levels may collide.",
        {"width": (int,)},
        reads="categorical",
    ),
    "date_parts": StepType(
        "feature",
        "Dates as days since 1970 and parts of calendar and clock.",
        {"parts": (list,)},
    ),
    "text": StepType(
        "feature",
        "Free text as hashed TF-IDF of words, for trees projected to a few dimensions, and counts "
        "of characters, words, capitals, digits and signs.",
        {"dimensions": (int,), "counts": (bool,)},
    ),
    "derived": StepType(
        "feature",
        "New features by a closed menu of operators: ratio, sum, difference, product, days "
        "between, cross, group mean, difference from the group mean.",
        {"features": (list,)},
    ),
    "search": StepType(
        "train",
        "Fits model families in a fixed order within the time budget, then variants of them.",
        {"families": (list,), "variants": (bool,)},
        takes_columns=False,
    ),
    "predict": StepType("predict", "Predicts rows with the trained model.", takes_columns=False),
}
