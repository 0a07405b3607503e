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

from pipeweave_dagster.core.pipelines.catalogue import BINS, CATALOGUE, CLIPPED, HASHED
from pipeweave_dagster.core.pipelines.custom import custom_steps
from pipeweave_dagster.core.training.serving import Clipped

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
        if self.use in ("bin", "hash"):
            for place, name in enumerate(self.columns):
                one = _hashed(given) if self.use == "hash" else _binned(given, trees=trees)
                yield f"own{index}_{place}", one, [name]
            return
        if self.installed:
            first, imputer = self.made(), SimpleImputer()
        elif self.use == "clip":
            first = Clipped(**{**CLIPPED, **given})
        else:
            first = FunctionTransformer(np.arcsinh)
        full = first if trees else make_pipeline(first, imputer, StandardScaler())
        yield f"own{index}", full, list(self.columns)


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
