"""The closed vocabulary of steps: what a pipeline may consist of, and with which parameters."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Literal

DATE_PARTS = ("epoch", "year", "month", "day", "weekday", "hour", "minute")
TEXT_COUNTS = ("characters", "words", "capitals", "digits", "signs")
IMPUTE = ("median", "mean", "most_frequent")
STRATEGIES = ("quantile", "uniform", "kmeans")
CLIPPED = {"lower": 0.01, "upper": 0.99}
"""The quantiles that `clip` holds numbers to, where nothing else is said."""
BINS, HASHED = 10, 16
"""How many bins `bin` makes, and how many numbers `hash`, where nothing else is said."""
FAMILIES = (
    "dummy",
    "linear",
    "hist_gradient_boosting",
    "lightgbm",
    "xgboost",
    "random_forest",
    "extra_trees",
    "neighbours",
    "mlp",
    "svm",
)
"""Model families that every installation has."""
EXTRA_FAMILIES = ("catboost",)
"""Families that an extra of the package brings; each, its extra and its library have one name."""
KNOWN_FAMILIES = (*FAMILIES, *EXTRA_FAMILIES)


def is_installed(family: str) -> bool:
    """Whether the library of a family is here; nothing is imported."""
    return family not in EXTRA_FAMILIES or find_spec(family) is not None


def installed_families() -> tuple[str, ...]:
    """The families that can be tried here."""
    return tuple(name for name in KNOWN_FAMILIES if is_installed(name))


@dataclass(frozen=True)
class StepType:
    """One kind of step.

    Attributes:
        kind: The stage in which it stands.
        about: What it does, in one sentence; shown to people.
        params: Name of each parameter, with the Python types that it may have.
        takes_columns: Whether it works on named columns (then at least one is needed).
        reads: The step whose reading of raw values it shares, where that is not its own.
    """

    kind: Literal["extract", "preprocess", "feature", "train", "predict"]
    about: str
    params: dict[str, tuple[type, ...]] = field(default_factory=dict)
    takes_columns: bool = True
    reads: str | None = None


CATALOGUE: dict[str, StepType] = {
    "table": StepType(
        "extract",
        "Reads the typed table; values that stand for a missing one, and spellings of one "
        "category, as the settings say.",
        {"missing": (dict,), "merge_spellings": (list,)},
    ),
    "numeric": StepType(
        "preprocess",
        "Numbers: missing ones become the median plus an indicator, and linear models see them "
        "scaled; trees see them as they are.",
        {"impute": (str,), "indicator": (bool,)},
    ),
    "boolean": StepType("preprocess", "Yes or no becomes 1 or 0; missing stays missing."),
    "ordinal": StepType(
        "preprocess",
        "Ordered levels become their rank; a level not in the order is missing.",
        {"order": (dict,)},
    ),
    "categorical": StepType(
        "preprocess",
        "Categories: one-hot for linear models; native or ranked codes for trees, and "
        "cross-fitted target means where there are many. Unseen ones count as unknown. Those named "
        "under `numbers` (such as years) are seen as numbers, too.",
        {"max_native": (int,), "numbers": (list,)},
    ),
    "clip": StepType(
        "preprocess",
        "Numbers held to quantiles of the rows that a fold learns from, so that outliers count as "
        "far as the last usual value; otherwise as `numeric`.",
        {"lower": (float, int), "upper": (float, int)},
        reads="numeric",
    ),
    "log": StepType(
        "preprocess",
        "Numbers on a logarithmic scale, which takes 0 and negative ones, too (the inverse "
        "hyperbolic sine); otherwise as `numeric`.",
        reads="numeric",
    ),
    "bin": StepType(
        "preprocess",
        "Numbers become bins, made from the rows that a fold learns from: a flag a bin for linear "
        "models, ranks for trees, and whether the number was missing beside.",
        {"bins": (int,), "strategy": (str,)},
        reads="numeric",
    ),
    "hash": StepType(
        "preprocess",
        "Categories hashed into a few numbers, for very many or ever new ones; unseen ones are "
        "hashed alike, and two may share a place.",
        {"width": (int,)},
        reads="categorical",
    ),
    "date_parts": StepType(
        "feature",
        "Dates become epoch days and the parts of the calendar and clock.",
        {"parts": (list,)},
    ),
    "text": StepType(
        "feature",
        "Free text: hashed TF-IDF of words, projected to a few dimensions for trees, and counts of "
        "characters, words, capitals, digits and signs.",
        {"dimensions": (int,), "counts": (bool,)},
    ),
    "derived": StepType(
        "feature",
        "New features from a closed menu of operators (ratio, difference, product, days between, "
        "cross, mean of a group, difference to it).",
        {"features": (list,)},
    ),
    "search": StepType(
        "train",
        "Tries model families in a fixed order under the time budget, then variants of them.",
        {"families": (list,), "variants": (bool,)},
        takes_columns=False,
    ),
    "predict": StepType(
        "predict", "Scores rows with the model of the step before.", takes_columns=False
    ),
}
