"""Which prepared columns a model gets as numbers, categories, text, or from a fitted step."""

from dataclasses import dataclass, replace

import pandas as pd

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.families.base import View
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.pipelines.fold_fitted_steps import FittedStep

KNOTS = 8
_MOST_CURVED = 150


@dataclass(frozen=True)
class Layout:
    """Prepared columns by their kind, decided on the training rows alone.

    Columns with fewer than two distinct values in the training rows are in no list.

    Attributes:
        numbers: Numeric columns.
        few: Categories with few levels.
        many: Categories with many levels.
        texts: Free text.
        dimensions: Components of the SVD of a text, for trees.
        impute: Strategy of `SimpleImputer` for numbers of linear models.
        indicator: Whether they get a missing-value indicator.
        crosses: Numbers computed from other columns, for the view `crossed` alone.
        pairs: Pairs of categories, for the view `crossed` alone.
        relative: Numbers to compare with a group, each with the columns whose equal values form
            it, for the view `grouped` alone.
        encoded: Columns whose equal values form groups that are encoded by target means, for the
            view `grouped` alone.
        own: Steps with a fitted transformer of their own; their columns are in no other list.
        curved: Numbers with enough distinct values for splines; empty if there are too many.
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
    relative: tuple[tuple[str, tuple[str, ...]], ...] = ()
    encoded: tuple[tuple[str, ...], ...] = ()
    own: tuple[FittedStep, ...] = ()
    curved: tuple[str, ...] = ()

    def native(self, view: View) -> list[int]:
        """Return the positions of category codes in the output of a view for trees."""
        if view not in ("tree", "plain", "crossed", "grouped", "readable_tree"):
            return []
        first = len(self.numbers) + (len(self.crosses) if view == "crossed" else 0)
        return list(range(first, first + len(self.few)))

    @property
    def can_be_plain(self) -> bool:
        """Whether the view `plain` has columns, and fewer than the view `tree`."""
        plain = [step for step in self.own if step.is_plain]
        others = self.many or self.texts or len(plain) < len(self.own)
        return bool((self.numbers or self.few or plain) and others)

    @property
    def readable(self) -> "Layout":
        """The layout without what no person can read in a model: words, and hashed categories."""
        plain = tuple(step for step in self.own if step.is_plain)
        return replace(self, texts=(), own=plain)

    @property
    def empty(self) -> bool:
        """Whether no column varies."""
        return not (self.numbers or self.few or self.many or self.texts or self.own)


def layout(spec: PipelineSpec, features: pd.DataFrame) -> Layout:
    """Sort prepared columns by kind and number of distinct values.

    Args:
        spec: The pipeline; it sets the limit between few and many levels.
        features: Training rows as `prepare_features.prepare` returns them.
    """
    params = {step.use: step.params for step in spec.steps}
    limit = int(params["categorical"].get("max_native", 40)) if "categorical" in params else 0
    texts = {name for step in spec.steps if step.use == "text" for name in step.columns}
    own = _fitted_steps(spec, features)
    taken = {name for step in own for name in step.columns}
    names = [str(name) for name in features.columns if name not in taken]
    distinct = {name: features[name].nunique(dropna=False) for name in names}
    groups: dict[str, list[str]] = {"numbers": [], "few": [], "many": [], "texts": []}
    for name, count in distinct.items():
        if count < 2:
            continue
        if name in texts:
            groups["texts"].append(name)
        elif features[name].dtype.kind == "f":
            groups["numbers"].append(name)
        else:
            groups["few" if count <= limit else "many"].append(name)
    curved = [name for name in groups["numbers"] if distinct[name] > KNOTS]
    dimensions = int(params.get("text", {}).get("dimensions", 32))
    numeric = params.get("numeric", {})
    return Layout(
        impute=str(numeric.get("impute", "median")),
        indicator=bool(numeric.get("indicator", True)),
        numbers=tuple(groups["numbers"]),
        few=tuple(groups["few"]),
        many=tuple(groups["many"]),
        texts=tuple(groups["texts"]),
        dimensions=max(1, min(dimensions, len(features) // 8)),
        own=own,
        curved=tuple(curved) if len(curved) <= _MOST_CURVED else (),
    )


def _fitted_steps(spec: PipelineSpec, features: pd.DataFrame) -> tuple[FittedStep, ...]:
    """Return the steps with a fitted transformer of their own, and their columns that vary.

    A step of another package may combine its columns, so it gets all of them or is left out.
    """
    fitted = []
    for step in spec.steps:
        if step.use in CATALOGUE and not CATALOGUE[step.use].reads:
            continue
        varying = [n for n in step.columns if features[n].nunique(dropna=False) > 1]
        columns = varying if step.use in CATALOGUE else step.columns
        if varying:
            params = tuple(sorted(step.params.items()))
            fitted.append(FittedStep(step.use, params, tuple(columns)))
    return tuple(fitted)
