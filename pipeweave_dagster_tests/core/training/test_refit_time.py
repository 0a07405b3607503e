"""What predicting the test rows takes is on the reserve, and not on the refit's time as well."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.training import final_model
from pipeweave_dagster.core.training.search.budget import training_budget
from pipeweave_dagster.core.training.train_model import run_training
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

BUDGET_S = 60.0


class Clock:
    """The real clock, which a test can put forward."""

    def __init__(self):
        self.ahead = 0.0
        self.began = time.monotonic()

    def __call__(self):
        return time.monotonic() + self.ahead

    def put_to(self, used_s):
        self.ahead += max(0.0, self.began + used_s - self())


@pytest.mark.parametrize(("tested_at", "refitted"), [(40.0, True), (54.0, True), (58.5, False)])
def test_the_model_learns_from_all_rows_while_the_reserve_lasts(
    tested_at, refitted, tmp_path, monkeypatch
):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=400), "b": rng.normal(size=400)})
    frame["y"] = frame["a"] - frame["b"] + rng.normal(size=400)
    spec = make_pipeline(frame, "y", "regression")
    for step in spec.steps:
        if step.kind == "train":
            step.params.update(families=["dummy", "linear"], variants=False)
    clock = Clock()
    budget = training_budget(clock.began, BUDGET_S, most_s=BUDGET_S)  # also where it is busy
    assert (budget.reserve_s, budget.keeping(0.5).reserve_s) == (7.0, 3.5)
    object.__setattr__(budget, "now", clock)
    predict = final_model.predict_test_rows

    def slowly(*given):
        scores = predict(*given)
        clock.put_to(tested_at)
        return scores

    monkeypatch.setattr(final_model, "predict_test_rows", slowly)
    model = run_training(spec, write_parquet(frame, tmp_path), tmp_path, budget)
    assert all(part.fold < 0 for part in model.recipe) == refitted
    assert ("fitted again on all rows" in " ".join(model.notes)) == refitted
    assert model.used_s < BUDGET_S
