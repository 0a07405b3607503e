"""Models of CatBoost with scikit-learn's interface, and their form in model files.

The source is copied beside exported and registered models.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


class CatBoosted:
    """CatBoost with scikit-learn's interface, for inputs that contain category codes.

    Args:
        booster: A classifier or regressor of CatBoost.
        native: Positions of the columns with category codes; NaN is a category of its own.
    """

    def __init__(self, booster: Any, native: list[int]) -> None:
        self.booster, self.native = booster, list(native)

    def fit(self, x: Any, y: Any, sample_weight: Any = None, **how: Any) -> "CatBoosted":
        """Fit the booster; `how` is passed on to it."""
        self.booster.fit(self.pool(x, y, sample_weight), **how)
        return self

    def predict(self, x: Any) -> np.ndarray:
        """Predict values, shape (rows,)."""
        return np.asarray(self.booster.predict(self.pool(x), thread_count=1))

    def predict_proba(self, x: Any) -> np.ndarray:
        """Predict probabilities, shape (rows, classes)."""
        return np.asarray(self.booster.predict_proba(self.pool(x), thread_count=1))

    def pool(self, x: Any, y: Any = None, weight: Any = None) -> Any:
        """Return the rows as a CatBoost pool."""
        from catboost import Pool

        if len(x) == 1 and y is None:  # a frame of one row takes 3 ms
            cells = np.asarray(x, dtype=np.float64).astype(object)
            for place in self.native:
                cells[0, place] = -1 if np.isnan(cells[0, place]) else int(cells[0, place])
            return Pool(cells, cat_features=self.native)
        frame = pd.DataFrame(x)
        for place in self.native:
            frame[place] = frame[place].fillna(-1).astype(np.int64)
        return Pool(frame, y, cat_features=self.native, weight=weight)

    def packed(self) -> dict[str, Any]:
        """Return plain values from which `unpacked_booster` restores it."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.cbm"
            self.booster.save_model(str(file), format="cbm")
            content = file.read_bytes()
        return {
            "content": content,
            "native": self.native,
            "classifies": hasattr(self.booster, "predict_proba"),
            "params": self.booster.get_params(),
        }


def unpacked_booster(packed: dict[str, Any]) -> CatBoosted:
    """Restore the model from the values of `CatBoosted.packed`."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if packed["classifies"] else CatBoostRegressor
    booster = kind(**packed["params"])
    booster.load_model(blob=packed["content"])
    return CatBoosted(booster, packed["native"])
