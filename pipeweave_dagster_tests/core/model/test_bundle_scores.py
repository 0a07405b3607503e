"""Members are averaged, in blocks of rows."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model import bundle_scores
from pipeweave_dagster.core.model.bundle_scores import raw_scores


class Constant:
    """An estimator that tells how often it was asked."""

    def __init__(self, value):
        self.value, self.calls = value, 0

    def transform(self, rows):
        self.calls += 1
        return rows[["n"]].to_numpy()

    def predict(self, x):
        return np.full(len(x), self.value)


def test_members_are_averaged_by_weight_in_blocks_and_share_features(monkeypatch):
    monkeypatch.setattr(bundle_scores, "BLOCK_ROWS", 4)
    shared = Constant(0)
    members = [
        {"pipeline": [shared, Constant(1.0)], "classes": [], "weight": 1.0},
        {"pipeline": [shared, Constant(4.0)], "classes": [], "weight": 2.0},
    ]
    bundle = {"classes": [], "frame": [{"name": "n", "use": "numeric"}], "members": members}
    assert list(raw_scores(bundle, pd.DataFrame({"n": range(10)}))) == [3.0] * 10
    assert shared.calls == 3
    assert len(raw_scores(bundle, pd.DataFrame({"n": []}))) == 0
