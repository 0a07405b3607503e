"""The fitted part of the features: one scikit-learn `ColumnTransformer` per view."""

from dataclasses import replace

from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    OrdinalEncoder,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)

from pipeweave_dagster.core.documents import Task
from pipeweave_dagster.core.families.base import View
from pipeweave_dagster.core.model.group_relative import GroupKeys, GroupRelative
from pipeweave_dagster.core.pipelines.fold_fitted_steps import Part
from pipeweave_dagster.core.pipelines.layout import KNOTS, Layout

_TOKENS_LINEAR = 2**16
_WEIGHTS_LINEAR = 2**18
_TOKENS_TREE = 2**13
_ONE_HOT_LIMIT = 100
_WORD_OR_SIGN = r"(?u)\b\w+\b|[^\w\s]"
"""Words, also of one letter, and signs: `£`, `!` and `u` carry signal in short messages."""

_READABLE: dict[View, View] = {
    "readable": "linear",
    "readable_curves": "curves",
    "readable_tree": "tree",
}


def transformer(
    columns: Layout, view: View, task: Task, seed: int, classes: int = 0
) -> ColumnTransformer:
    """Return the unfitted transformer of a view, made of scikit-learn's own steps.

    Args:
        columns: Which prepared columns exist.
        view: `none` has no column; `linear` scales, imputes and one-hot encodes; `curves` adds
            piecewise linear splines between quantiles of the numbers to `linear` (splines of
            degree 1; Gorishniy et al. 2022), so that a linear model can bend; `tree` keeps
            missing values, encodes few categories as codes and many by cross-fitted target means
            (Micci-Barreca 2001; Pargent et al. 2022); `plain` is `tree` with numbers and few
            categories alone; `crossed` is `tree` with sums, differences, products and ratios of
            columns, and pairs of categories; `grouped` is `tree` with numbers relative to their
            group, and target means of groups; `readable`, `readable_curves` and `readable_tree` are
            `linear`, `curves` and `tree` without the words of texts and hashed categories.
        task: Chooses the kind of target encoding.
        seed: Makes text projection and cross-fitting repeatable.
        classes: Number of classes; many get fewer hashed tokens, since a linear model has one
            weight per token and class.
    """
    if view in _READABLE:
        columns, view = columns.readable, _READABLE[view]
    if view == "none":
        return ColumnTransformer([], remainder="drop")
    if view in ("linear", "curves"):
        parts = _linear(columns, classes)
        if view == "curves" and columns.curved:
            parts.append(("curves", _splines(columns.impute), list(columns.curved)))
        return ColumnTransformer(parts, sparse_threshold=0.3)
    if view == "plain":
        plain = tuple(step for step in columns.own if step.is_plain)
        columns = replace(columns, many=(), texts=(), own=plain)
    if view == "crossed":
        numbers, many = columns.numbers + columns.crosses, columns.many + columns.pairs
        columns = replace(columns, numbers=numbers, many=many)
    parts = _tree(columns, task, seed)
    if view == "grouped":
        parts += _grouped(columns, task, seed)
    return ColumnTransformer(parts, sparse_threshold=0)


def _grouped(columns: Layout, task: Task, seed: int) -> list[Part]:
    """Return the parts that compare numbers with their groups, and encode groups."""
    numbers: dict[tuple[str, ...], list[str]] = {}
    for number, group in columns.relative:
        numbers.setdefault(group, []).append(number)
    parts: list[Part] = [
        (f"relative{index}", GroupRelative(len(group)), [*group, *compared])
        for index, (group, compared) in enumerate(numbers.items())
    ]
    for index, group in enumerate(columns.encoded):
        means = make_pipeline(GroupKeys(), _target_means(task, seed))
        parts.append((f"encoded{index}", means, list(group)))
    return parts


def _linear(columns: Layout, classes: int) -> list[Part]:
    tokens = _TOKENS_LINEAR
    while tokens * classes > _WEIGHTS_LINEAR:
        tokens //= 2
    parts: list[Part] = []
    imputer = SimpleImputer(strategy=columns.impute, add_indicator=columns.indicator)
    if columns.numbers:
        parts.append(("numbers", make_pipeline(imputer, StandardScaler()), list(columns.numbers)))
    if columns.few or columns.many:
        one_hot = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=2,
            max_categories=_ONE_HOT_LIMIT,
            dtype="float64",
        )
        parts.append(("categories", one_hot, [*columns.few, *columns.many]))
    parts.extend((f"text{i}", _tf_idf(2, tokens), name) for i, name in enumerate(columns.texts))
    imputer = SimpleImputer(strategy=columns.impute, add_indicator=columns.indicator)
    for index, step in enumerate(columns.own):
        parts.extend(step.parts(index, trees=False, imputer=imputer))
    return parts


def _tree(columns: Layout, task: Task, seed: int) -> list[Part]:
    parts: list[Part] = []
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=float("nan"),
        encoded_missing_value=float("nan"),
    )
    if columns.numbers:
        parts.append(("numbers", "passthrough", list(columns.numbers)))
    if columns.few:
        parts.append(("categories", codes, list(columns.few)))
    if columns.many:
        parts.append(("means", _target_means(task, seed), list(columns.many)))
    for index, name in enumerate(columns.texts):
        svd = TruncatedSVD(columns.dimensions, n_iter=2, random_state=seed)
        parts.append((f"text{index}", make_pipeline(_tf_idf(1, _TOKENS_TREE), svd), name))
    for index, step in enumerate(columns.own):
        parts.extend(step.parts(index, trees=True, imputer=SimpleImputer()))
    return parts


def _target_means(task: Task, seed: int) -> TargetEncoder:
    if task == "regression":
        folds = KFold(5, shuffle=True, random_state=seed)
        return TargetEncoder(target_type="continuous", cv=folds)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return TargetEncoder(target_type="auto", cv=folds)


def _tf_idf(grams: int, tokens: int) -> Pipeline:
    hashing = HashingVectorizer(
        n_features=tokens,
        ngram_range=(1, grams),
        alternate_sign=False,
        norm=None,
        token_pattern=_WORD_OR_SIGN,
    )
    return make_pipeline(hashing, TfidfTransformer(sublinear_tf=True))


def _splines(impute: str) -> Pipeline:
    splines = SplineTransformer(
        KNOTS, degree=1, knots="quantile", extrapolation="constant", include_bias=False
    )
    return make_pipeline(SimpleImputer(strategy=impute), splines)
