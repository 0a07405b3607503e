"""Compile a pipeline specification into scikit-learn: what happens row by row, what is fitted."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd
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

from pipeweave_dagster.core.columns.value_corrections import plain_spelling
from pipeweave_dagster.core.documents import PipelineSpec, Task
from pipeweave_dagster.core.model.serving import FrameEntry, as_text
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE, TEXT_COUNTS
from pipeweave_dagster.core.pipelines.custom_steps import prepared_as
from pipeweave_dagster.core.pipelines.derived_features import USE, derived_in
from pipeweave_dagster.core.pipelines.fold_fitted_steps import Own

View = Literal["none", "linear", "curves", "plain", "tree", "crossed"]

_WORDS_LINEAR = 2**16
_WORDS_CLASSES = 2**18
_WORDS_TREE = 2**13
_ONE_HOT_LIMIT = 100
_KNOTS = 8
_MOST_CURVED = 150
_WORD = r"(?u)\b\w+\b|[^\w\s]"
"""Words, also of one letter, and signs: `£`, `!` and `u` tell much in short messages."""


@dataclass(frozen=True)
class Layout:
    """Prepared columns by what a model needs of them; decided on training rows alone.

    Columns that hold one value (or none) in the training rows are in no list. `crosses` (numbers)
    and `pairs` (categories) are computed from other columns, for the view `crossed` alone. `own`
    are steps that name their transformer; their columns are in no other list. `curved` are numbers
    with enough distinct values for splines; empty where there are too many of them.
    """

    numbers: tuple[str, ...]
    few: tuple[str, ...]
    many: tuple[str, ...]
    texts: tuple[str, ...]
    dimensions: int = 32
    impute: str = "median"
    indicator: bool = True
    crosses: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    own: tuple[Own, ...] = ()
    curved: tuple[str, ...] = ()

    def native(self, view: View) -> list[int]:
        """Positions of the category codes in the output of a view for trees."""
        if view not in ("tree", "plain", "crossed"):
            return []
        first = len(self.numbers) + (len(self.crosses) if view == "crossed" else 0)
        return list(range(first, first + len(self.few)))

    @property
    def can_be_plain(self) -> bool:
        """Whether leaving out texts and many-valued categories leaves something, and less."""
        plain = [own for own in self.own if own.is_plain]
        others = self.many or self.texts or len(plain) < len(self.own)
        return bool((self.numbers or self.few or plain) and others)

    @property
    def empty(self) -> bool:
        """Whether no column varies."""
        return not (self.numbers or self.few or self.many or self.texts or self.own)


def feature_frame(spec: PipelineSpec) -> list[FrameEntry]:
    """Return the row-by-row part of the pipeline, as `serving.prepare` takes it."""
    frame: list[FrameEntry] = []
    for step in spec.steps:
        if step.kind not in ("preprocess", "feature") or step.use == USE:
            continue
        for name in step.columns:
            entry: FrameEntry = {"name": name, "use": _read_as(step.use)}
            if step.use == "ordinal":
                entry["order"] = _texts(step.params.get("order", {}).get(name, []))
            if step.use == "date_parts":
                entry["parts"] = list(step.params.get("parts", ["epoch"]))
            if step.use == "text" and step.params.get("counts"):
                entry["parts"] = list(TEXT_COUNTS)
            if name in step.params.get("numbers", []):
                entry["parts"] = ["number"]
            frame.append(corrected(spec, entry))
    frame.extend(
        {"name": f.name, "use": USE, "operator": f.operator, "columns": list(f.columns)}
        for f in derived_in(spec)
    )
    return frame


def _texts(values: list[Any]) -> list[str]:
    """Values as rows are compared with them: YAML reads an unquoted 1 or yes as no text."""
    return [str(text) for text in as_text(pd.Series(values, dtype=object))]


def _read_as(use: str) -> str:
    known = CATALOGUE.get(use)
    return prepared_as(use) if known is None else known.reads or use


def corrected(spec: PipelineSpec, entry: FrameEntry) -> FrameEntry:
    """Return the entry with the value corrections that the pipeline's first step specifies."""
    read = next((step.params for step in spec.steps if step.use == "table"), {})
    entry = entry.copy()
    if missing := read.get("missing", {}).get(entry["name"]):
        entry["missing"] = _texts(missing)
    if entry["name"] in read.get("merge_spellings", []):
        entry["merge_spellings"] = True
        if "order" in entry:
            entry["order"] = list(dict.fromkeys(plain_spelling(level) for level in entry["order"]))
    return entry


def layout(spec: PipelineSpec, features: pd.DataFrame) -> Layout:
    """Sort prepared columns by kind and number of values.

    Args:
        spec: Gives the limit between few and many categories.
        features: Training rows as `serving.prepare` returns them.
    """
    steps = {step.use: step for step in spec.steps}
    limit = int(steps["categorical"].params.get("max_native", 40)) if "categorical" in steps else 0
    texts = {name for step in spec.steps if step.use == "text" for name in step.columns}
    own = _own(spec, features)
    taken = {name for step in own for name in step.columns}
    groups: dict[str, list[str]] = {"numbers": [], "few": [], "many": [], "texts": []}
    curved: list[str] = []
    for name in features.columns:
        distinct = features[name].nunique(dropna=False)
        if distinct < 2 or name in taken:
            continue
        if name in texts:
            groups["texts"].append(name)
        elif features[name].dtype.kind == "f":
            groups["numbers"].append(name)
            if distinct > _KNOTS:
                curved.append(name)
        else:
            groups["few" if distinct <= limit else "many"].append(name)
    dimensions = int(steps["text"].params.get("dimensions", 32)) if "text" in steps else 32
    numeric = steps["numeric"].params if "numeric" in steps else {}
    return Layout(
        impute=str(numeric.get("impute", "median")),
        indicator=bool(numeric.get("indicator", True)),
        **{key: tuple(names) for key, names in groups.items()},
        dimensions=max(1, min(dimensions, len(features) // 8)),
        own=own,
        curved=tuple(curved) if len(curved) <= _MOST_CURVED else (),
    )


def _own(spec: PipelineSpec, features: pd.DataFrame) -> tuple[Own, ...]:
    """Steps that name their transformer, with those of their columns that vary.

    A step of another package may look at its columns together, so it gets all or is not there.
    """
    found = []
    for step in spec.steps:
        if step.use in CATALOGUE and not CATALOGUE[step.use].reads:
            continue
        varying = [n for n in step.columns if features[n].nunique(dropna=False) > 1]
        columns = varying if step.use in CATALOGUE else step.columns
        if varying:
            found.append(Own(step.use, tuple(sorted(step.params.items())), tuple(columns)))
    return tuple(found)


def transformer(
    columns: Layout, view: View, task: Task, seed: int, classes: int = 0
) -> ColumnTransformer:
    """The fitted part of the features, unfitted yet, from scikit-learn steps alone.

    Args:
        columns: Which prepared columns exist.
        view: `none` has no column; `linear` scales, imputes and one-hot encodes; `curves` is
            `linear` with straight pieces between quantiles of the numbers beside them (splines
            of degree 1; Gorishniy et al. 2022), so that a line can bend; `tree` keeps
            missing values and codes few categories by number, many by cross-fitted target means
            (Micci-Barreca 2001; Pargent et al. 2022) beside the code; `plain` is `tree` with
            numbers and few categories alone; `crossed` is `tree` with
            sums, differences, products and ratios of columns, and pairs of categories.
        task: Chooses the kind of target encoding.
        seed: Makes text projection and cross-fitting repeatable.
        classes: Many classes get fewer word features, for a line has one weight for each pair.
    """
    if view == "none":
        return ColumnTransformer([], remainder="drop")
    if view in ("linear", "curves"):
        parts = _linear(columns, classes)
        if view == "curves" and columns.curved:
            parts.append(("curves", _pieces(columns.impute), list(columns.curved)))
        return ColumnTransformer(parts, sparse_threshold=0.3)
    if view == "plain":
        plain = tuple(own for own in columns.own if own.is_plain)
        columns = replace(columns, many=(), texts=(), own=plain)
    if view == "crossed":
        columns = replace(
            columns,
            numbers=columns.numbers + columns.crosses,
            many=columns.many + columns.pairs,
        )
    return ColumnTransformer(_tree(columns, task, seed), sparse_threshold=0)


def _target_means(task: Task, seed: int) -> TargetEncoder:
    if task == "regression":
        folds = KFold(5, shuffle=True, random_state=seed)
        return TargetEncoder(target_type="continuous", cv=folds)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return TargetEncoder(target_type="auto", cv=folds)


def _text(grams: int, words: int) -> Pipeline:
    hashing = HashingVectorizer(
        n_features=words,
        ngram_range=(1, grams),
        alternate_sign=False,
        norm=None,
        token_pattern=_WORD,
    )
    return make_pipeline(hashing, TfidfTransformer(sublinear_tf=True))


def _linear(columns: Layout, classes: int) -> list[tuple[str, Any, Any]]:
    words = _WORDS_LINEAR
    while words * classes > _WORDS_CLASSES:
        words //= 2
    parts: list[tuple[str, Any, Any]] = []
    if columns.numbers:
        numbers = make_pipeline(
            SimpleImputer(strategy=columns.impute, add_indicator=columns.indicator),
            StandardScaler(),
        )
        parts.append(("numbers", numbers, list(columns.numbers)))
    if columns.few or columns.many:
        one_hot = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=2,
            max_categories=_ONE_HOT_LIMIT,
            dtype="float64",
        )
        parts.append(("categories", one_hot, [*columns.few, *columns.many]))
    parts.extend((f"text{i}", _text(2, words), name) for i, name in enumerate(columns.texts))
    filled = SimpleImputer(strategy=columns.impute, add_indicator=columns.indicator)
    for index, own in enumerate(columns.own):
        parts.extend(own.parts(index, trees=False, imputer=filled))
    return parts


def _pieces(impute: str) -> Pipeline:
    pieces = SplineTransformer(
        _KNOTS, degree=1, knots="quantile", extrapolation="constant", include_bias=False
    )
    return make_pipeline(SimpleImputer(strategy=impute), pieces)


def _tree(columns: Layout, task: Task, seed: int) -> list[tuple[str, Any, Any]]:
    parts: list[tuple[str, Any, Any]] = []
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
        means = _target_means(task, seed)
        parts.append(("means", means, list(columns.many)))
    for index, name in enumerate(columns.texts):
        svd = TruncatedSVD(columns.dimensions, n_iter=2, random_state=seed)
        parts.append((f"text{index}", make_pipeline(_text(1, _WORDS_TREE), svd), name))
    for index, own in enumerate(columns.own):
        parts.extend(own.parts(index, trees=True, imputer=SimpleImputer()))
    return parts
