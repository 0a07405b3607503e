"""Steps whose transformer is named in the pipeline, fitted in each fold on its own rows.

Clipping, logarithm, bins and hashes of the catalogue, and the steps of installed packages. Their
columns stand in no other group of a `compile.Layout`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, StandardScaler

from pipeweave_dagster.core.model.serving import Clipped
from pipeweave_dagster.core.pipelines.catalogue import BINS, CATALOGUE, CLIPPED, HASHED
from pipeweave_dagster.core.pipelines.custom_steps import custom_steps

Part = tuple[str, Any, list[str]]
"""A name, a transformer and its columns, as a `ColumnTransformer` takes them."""


class Own(NamedTuple):
    """A step that says how its columns are transformed, with its parameters and columns."""

    use: str
    params: tuple[tuple[str, Any], ...]
    columns: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Whether another package brought it."""
        return self.use not in CATALOGUE

    @property
    def is_plain(self) -> bool:
        """Whether it makes numbers out of numbers, which every kind of model can use."""
        return not self.installed and self.use != "hash"

    def made(self) -> Any:
        """The transformer of an installed step, unfitted."""
        return custom_steps()[self.use](**dict(self.params))

    def parts(self, index: int, *, trees: bool, imputer: SimpleImputer) -> Iterator[Part]:
        """How a view sees its columns.

        Args:
            index: Its place among such steps; makes names.
            trees: Whether missing values and ranks may stay as they are.
            imputer: How missing numbers are filled where they may not.
        """
        given = dict(self.params)
        if self.installed:
            first = self.made()
            full = first if trees else make_pipeline(first, SimpleImputer(), StandardScaler())
            yield f"own{index}", full, list(self.columns)
            return
        for place, name in enumerate(self.columns):
            yield f"own{index}_{place}", _one(self.use, given, imputer, trees=trees), [name]


def _one(use: str, given: dict[str, Any], imputer: SimpleImputer, *, trees: bool) -> Any:
    """The transformer of one column for a step of the catalogue."""
    if use == "hash":
        return _hashed(given)
    if use == "bin":
        return _binned(given, trees=trees)
    first = Clipped(**{**CLIPPED, **given}) if use == "clip" else FunctionTransformer(np.arcsinh)
    return first if trees else make_pipeline(first, imputer, StandardScaler())


def _binned(given: dict[str, Any], *, trees: bool) -> FeatureUnion:
    """Rank of the bin for trees, a flag a bin for lines; whether it was missing stands beside."""
    bins = KBinsDiscretizer(
        given.get("bins", BINS),
        strategy=given.get("strategy", "quantile"),
        encode="ordinal" if trees else "onehot-dense",
        quantile_method="averaged_inverted_cdf",
        subsample=None,
        random_state=0,
    )
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    missing = MissingIndicator(error_on_new=False)
    return FeatureUnion([("bins", make_pipeline(filled, bins)), ("missing", missing)])


def _hashed(given: dict[str, Any]) -> Pipeline:
    """A missing category is a category of its own, as for the other encodings."""
    # A missing text is NaN or, in pandas 2, None.
    how = {"strategy": "constant", "fill_value": "", "keep_empty_features": True}
    filled = [SimpleImputer(missing_values=missing, **how) for missing in (float("nan"), None)]
    return make_pipeline(*filled, FeatureHasher(given.get("width", HASHED), input_type="string"))
