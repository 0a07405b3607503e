"""Numbers beyond float32 are learned from by every family, and predicted from.

The largest float64 stands for a missing value in many files: one of them made most families fail.
"""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.prediction import predict
from pipeweave_dagster_tests.factories import evaluate_small_model, train_small_model, write_parquet

pytestmark = pytest.mark.slow
_LARGEST = np.finfo(float).max


@pytest.mark.parametrize(("task", "low"), [("binary", "no"), ("regression", 0.0)])
def test_every_family_learns_beside_the_largest_number(task, low, tmp_path):
    rng = np.random.default_rng(4)
    x = rng.normal(size=160)
    frame = pd.DataFrame({"x": x, "sensor": rng.normal(size=160), "place": rng.choice([1, 2], 160)})
    frame.loc[::9, "sensor"], frame.loc[::11, "sensor"] = _LARGEST, -_LARGEST
    frame["y"] = x if low == 0.0 else np.where(x > 0, "yes", "no")
    families = [
        name for name, family in FAMILIES.items() if name != "dummy" and family.is_installed
    ]
    spec, model, out = train_small_model(frame, "y", task, tmp_path, families=families)
    assert {t.name: t.state for t in model.leaderboard if t.state == "failed"} == {}
    assert {t.family for t in model.leaderboard} >= {"linear", "xgboost", "random_forest"}
    assert evaluate_small_model(spec, model, out).metrics
    rows = frame.drop(columns="y").head(12).assign(sensor=[_LARGEST, -_LARGEST, 3.5e38] * 4)
    (tmp_path / "batch").mkdir()
    data = write_parquet(rows, tmp_path / "batch")
    (tmp_path / "scored").mkdir()
    predict(model=out / "model.skops", trained=model, data=data, out=tmp_path / "scored")
    found = pd.read_parquet(tmp_path / "scored" / "predictions.parquet")
    assert found["prediction"].notna().all()


def test_a_target_that_cannot_be_squared_is_refused_with_both_remedies(tmp_path):
    """It may be a quantity, or stand for a missing one, which another unit does not mend."""
    y = np.where(np.arange(60) % 20 == 3, _LARGEST, np.arange(60.0))
    frame = pd.DataFrame({"x": np.arange(60.0), "y": y})
    with pytest.raises(PipeWeaveError, match="whose square is outside") as refused:
        train_small_model(frame, "y", "regression", tmp_path, families=["linear"])
    assert "in another unit" in (refused.value.fix or "")
    assert "columns: {y: {missing: [VALUE]}}" in (refused.value.fix or "")
