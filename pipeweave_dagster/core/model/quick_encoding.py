"""Encode prepared features with less work than scikit-learn does.

The source is copied beside exported and registered models.
"""

from functools import partial
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import OrdinalEncoder, TargetEncoder

from pipeweave_dagster.core.model.column_values import DISTINCT_ROWS

_KEPT, _MOST_KEPT = "_outputs_of_texts", 20_000
QUICK_METHODS = ("_check_X", "transform", _KEPT)
"""What `encode_quickly` replaces in encoders; it is no part of a model file."""


def encode_quickly(encoder: Any) -> None:
    """Have a loaded encoder take prepared features as they are.

    scikit-learn looks through each column for what `prepare` never makes, which takes longer than
    all else of a single row: 130 of 160 ms for 46 columns. Only where its method is the known one.
    """
    check = getattr(type(encoder), "_check_X", None)
    if check is not None and str(signature(check)) == "(self, X, ensure_all_finite=True)":
        encoder._check_X = _prepared_columns  # noqa: SLF001 - see above
    if isinstance(encoder, OrdinalEncoder | TargetEncoder):
        encoder.transform = partial(_encoded, encoder)


def _encoded(encoder: Any, x: Any) -> np.ndarray:
    """Encode columns of texts by their distinct values: each output depends on its cell alone.

    scikit-learn looks up every cell, which takes three times as long where values repeat. Outputs
    are kept, since the blocks of a batch have mostly the same texts.
    """
    whole = type(encoder).transform
    texts = isinstance(x, pd.DataFrame) and all(isinstance(d, pd.StringDtype) for d in x.dtypes)
    if not texts or len(x) < DISTINCT_ROWS:
        return np.asarray(whole(encoder, x))
    found = [pd.factorize(x.iloc[:, place]) for place in range(x.shape[1])]
    most = max(len(uniques) for _, uniques in found)
    if most > len(x) // 4:
        return np.asarray(whole(encoder, x))
    distinct = [[*uniques, None] for _, uniques in found]  # None is where the code -1 leads
    kept = getattr(encoder, _KEPT, None) or [{} for _ in found]
    if any(text not in known for known, own in zip(kept, distinct, strict=True) for text in own):
        if max(map(len, kept)) > _MOST_KEPT:
            kept = [{} for _ in found]
        padded = [pd.Series([*u, *[None] * (most + 1 - len(u))], dtype="str") for _, u in found]
        outputs = np.asarray(whole(encoder, pd.concat(padded, axis=1, keys=x.columns)))
        rows = outputs.reshape(most + 1, len(found), -1)
        made = [dict(zip(own, rows[:, k], strict=False)) for k, own in enumerate(distinct)]
        kept = [known | new for known, new in zip(kept, made, strict=True)]
        setattr(encoder, _KEPT, kept)
    by_code = [np.stack([k[text] for text in own]) for k, own in zip(kept, distinct, strict=True)]
    taken = [
        by.take(codes, axis=0, mode="wrap") for by, (codes, _) in zip(by_code, found, strict=True)
    ]
    return np.concatenate(taken, axis=1)


def _prepared_columns(x: Any, ensure_all_finite: Any = True) -> tuple[list[Any], int, int]:
    """Return the columns of prepared features as arrays, and their shape."""
    del ensure_all_finite
    columns = [x.iloc[:, place].to_numpy() for place in range(x.shape[1])]
    return columns, *x.shape
