"""Encode prepared features with less work than scikit-learn does.

The source is copied beside exported and registered models.
"""

from inspect import signature
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.preprocessing import OrdinalEncoder, TargetEncoder

from pipeweave_dagster.core.model.column_values import DISTINCT_ROWS

QUICK_METHODS = ("_check_X", "transform")
"""Methods of encoders that `encode_quickly` replaces; model files are stored without them."""


def encode_quickly(encoder: Any) -> None:
    """Have a loaded encoder take prepared features as they are.

    scikit-learn looks through each column for what `prepare` never makes, which takes longer than
    all else of a single row: 130 of 160 ms for 46 columns. Only where its method is the known one.
    """
    check = getattr(type(encoder), "_check_X", None)
    if check is not None and str(signature(check)) == "(self, X, ensure_all_finite=True)":
        encoder._check_X = _prepared_columns  # noqa: SLF001 - see above
    if isinstance(encoder, OrdinalEncoder | TargetEncoder):
        encoder.transform = DistinctEncoding(encoder)


def _prepared_columns(x: Any, ensure_all_finite: Any = True) -> tuple[list[Any], int, int]:
    """Return the columns of prepared features as arrays, and their shape."""
    del ensure_all_finite
    columns = [x.iloc[:, place].to_numpy() for place in range(x.shape[1])]
    return columns, *x.shape


class KnownTexts(NamedTuple):
    """Texts of one column, and their outputs.

    Attributes:
        places: The row of each text in the outputs; None is a missing one.
        outputs: Shape (texts, outputs of the column).
    """

    places: dict[str | None, int]
    outputs: np.ndarray


class DistinctEncoding:
    """Encode columns of texts by their distinct values: each output depends on its cell alone.

    scikit-learn looks up every cell, which takes three times as long where values repeat. Outputs
    are kept, since the blocks of a batch have mostly the same texts. What is kept is replaced as a
    whole, never changed, so that threads can share a model.

    Args:
        encoder: A fitted encoder of scikit-learn.
        most: Texts of a column whose outputs are kept: after a call with more, none are.
    """

    def __init__(self, encoder: Any, most: int = 20_000) -> None:
        self.encoder, self.most = encoder, most
        self.kept: tuple[KnownTexts, ...] = ()

    def __call__(self, x: Any) -> np.ndarray:
        """Return what `transform` of the encoder does."""
        texts = isinstance(x, pd.DataFrame) and all(isinstance(d, pd.StringDtype) for d in x.dtypes)
        if not texts or len(x) < DISTINCT_ROWS:
            return self._plain(x)
        found = [pd.factorize(x.iloc[:, place]) for place in range(x.shape[1])]
        if max(len(uniques) for _, uniques in found) > len(x) // 4:
            return self._plain(x)
        distinct = [[*uniques, None] for _, uniques in found]  # None is where the code -1 leads
        known = self._known(distinct, x.columns)
        taken = []
        for (codes, _), own, column in zip(found, distinct, known, strict=True):
            by_code = column.outputs[[column.places[text] for text in own]]
            taken.append(by_code.take(codes, axis=0, mode="wrap"))
        return np.concatenate(taken, axis=1)

    def _plain(self, x: Any) -> np.ndarray:
        return np.asarray(type(self.encoder).transform(self.encoder, x))

    def _known(self, distinct: list[list[Any]], columns: Any) -> tuple[KnownTexts, ...]:
        """Return outputs of at least these texts, and keep them if they are not too many."""
        known = self.kept or tuple(KnownTexts({}, np.zeros((0, 0))) for _ in distinct)
        pairs = zip(known, distinct, strict=True)
        new = [[text for text in own if text not in column.places] for column, own in pairs]
        if any(new):
            made = self._encoded(new, columns)
            known = tuple(map(_extended, known, new, made))
            within = all(len(column.places) <= self.most for column in known)
            self.kept = known if within else ()
        return known

    def _encoded(self, texts: list[list[Any]], columns: Any) -> list[np.ndarray]:
        """Return the outputs of the texts of each column, in one call of the encoder."""
        rows = max(map(len, texts))
        padded = [pd.Series([*own, *[None] * (rows - len(own))], dtype="str") for own in texts]
        outputs = self._plain(pd.concat(padded, axis=1, keys=columns))
        by_column = outputs.reshape(rows, len(texts), -1)
        return [by_column[: len(own), place] for place, own in enumerate(texts)]


def _extended(known: KnownTexts, new: list[Any], made: np.ndarray) -> KnownTexts:
    """Return the known texts and new ones."""
    if not new:
        return known
    first = len(known.places)
    places = known.places | {text: first + place for place, text in enumerate(new)}
    return KnownTexts(places, np.concatenate([known.outputs, made]) if first else made.copy())
