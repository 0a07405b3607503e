"""The fitted category encoders of a model, and their categories in model files.

The source is copied beside exported and registered models.
"""

import json
from typing import Any

import numpy as np
import pandas as pd


def encoders(bundle: dict[str, Any]) -> list[Any]:
    """Return the fitted category encoders of all members, without duplicates."""
    found: dict[int, Any] = {}
    for member in bundle["members"]:
        for _, step, _ in getattr(member["pipeline"][0], "transformers_", ()):
            if hasattr(step, "categories_"):
                found[id(step)] = step
    return list(found.values())


def packed(categories: np.ndarray) -> Any:
    """Return texts (with missing values) as one JSON string; any other array unchanged.

    skops stores each element of an object array separately: a model with 200,000 categories took
    175 MB and seconds to write.
    """
    plain = categories.tolist() if categories.dtype == object else []
    if not plain or not all(isinstance(v, str) or pd.isna(v) for v in plain):
        return categories
    return json.dumps(plain)


def unpacked(categories: Any) -> np.ndarray:
    """Restore the array that was given to `packed`."""
    if not isinstance(categories, str):
        return np.asarray(categories)
    plain = json.loads(categories)
    array = np.empty(len(plain), dtype=object)
    array[:] = plain
    return array
