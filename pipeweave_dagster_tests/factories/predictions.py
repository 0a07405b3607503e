"""Predictions of models whose errors are known."""

import numpy as np
import pandas as pd


def calibrated_rows():
    """Return 4,000 rows that a calibrated model of two classes predicts.

    Returns:
        The classes (0 or 1), the probabilities of class 1, and columns that say nothing of errors.
    """
    rng = np.random.default_rng(3)
    p = rng.beta(1, 3, 4000)
    y = (rng.random(4000) < p).astype(int)
    features = pd.DataFrame(
        {"x": rng.normal(size=4000), "town": rng.choice(list("abcde"), 4000), "bad": "no"}
    )
    return y, p, features
