"""Steps with a transformer of their own, fitted in each fold on that fold's training rows.

These are `clip`, `log`, `bin` and `hash` of the catalogue, and the steps of installed packages.
Their columns are in no other group of a `layout.Layout`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, StandardScaler

from pipeweave_dagster.core.model.clipped import Clipped
from pipeweave_dagster.core.pipelines.catalogue import BINS, CATALOGUE, CLIPPED, HASHED
from pipeweave_dagster.core.pipelines.custom_steps import custom_steps

Part = tuple[str, Any, Any]
"""A name, a transformer and its columns, as a `ColumnTransformer` takes them."""


class FittedStep(NamedTuple):
    """A step with its parameters, and those of its columns that reach the models."""

    use: str
    params: tuple[tuple[str, Any], ...]
    columns: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Whether another package provides it."""
        return self.use not in CATALOGUE

    @property
    def is_plain(self) -> bool:
        """Whether it maps numbers to numbers, which every model family can use."""
        return not self.installed and self.use != "hash"

    def parts(self, index: int, *, trees: bool, imputer: SimpleImputer) -> Iterator[Part]:
        """Yield the parts of the `ColumnTransformer` of a view.

        Args:
            index: Position among such steps; part of the names.
            trees: Whether the view is one for trees: missing values and ranks stay.
            imputer: Fills missing numbers in the other views.
        """
        params = dict(self.params)
        if self.installed:
            step = custom_steps()[self.use](**params)
            full = step if trees else make_pipeline(step, SimpleImputer(), StandardScaler())
            yield f"own{index}", full, list(self.columns)
            return
        for place, name in enumerate(self.columns):
            yield f"own{index}_{place}", _one(self.use, params, imputer, trees=trees), [name]


def _one(use: str, params: dict[str, Any], imputer: SimpleImputer, *, trees: bool) -> Any:
    """Return the transformer of one column for a step of the catalogue."""
    if use == "hash":
        return _hashed(params)
    if use == "bin":
        return _binned(params, trees=trees)
    first = Clipped(**{**CLIPPED, **params}) if use == "clip" else FunctionTransformer(np.arcsinh)
    return first if trees else make_pipeline(first, imputer, StandardScaler())


def _binned(params: dict[str, Any], *, trees: bool) -> FeatureUnion:
    """Return ranks of bins for trees, one flag per bin for linear models; a missing indicator."""
    bins = KBinsDiscretizer(
        params.get("bins", BINS),
        strategy=params.get("strategy", "quantile"),
        encode="ordinal" if trees else "onehot-dense",
        quantile_method="averaged_inverted_cdf",
        subsample=None,
        random_state=0,
    )
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    missing = MissingIndicator(error_on_new=False)
    return FeatureUnion([("bins", make_pipeline(filled, bins)), ("missing", missing)])


def _hashed(params: dict[str, Any]) -> Pipeline:
    """Return the hasher; a missing category is a category of its own, as in other encodings."""
    # A missing text is NaN or, in pandas 2, None.
    constant = {"strategy": "constant", "fill_value": "", "keep_empty_features": True}
    filled = [SimpleImputer(missing_values=value, **constant) for value in (float("nan"), None)]
    return make_pipeline(*filled, FeatureHasher(params.get("width", HASHED), input_type="string"))
