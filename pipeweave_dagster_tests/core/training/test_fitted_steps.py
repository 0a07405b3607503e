"""Steps fitted per fold (bounds, bins, hashes): trained, exported, trained again by the export."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.pipelines.builder import Builder
from pipeweave_dagster.core.training import train
from pipeweave_dagster_tests.factories import run_without_pipeweave, write_parquet

pytestmark = pytest.mark.slow

SCORED = """
import numpy, pandas
from score import load_bundle, raw_scores
rows = pandas.read_parquet("../data.parquet")
for name in ("again", "model"):
    numpy.save(name, raw_scores(load_bundle(name + ".skops"), rows))
"""


def test_clipped_logarithmic_binned_and_hashed_columns_are_exported_too(tmp_path):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.lognormal(size=(300, 3)), columns=["a", "b", "c"])
    frame["town"] = rng.choice([f"t{i}" for i in range(60)], 300)
    frame.loc[::7, ["b", "town"]] = None
    frame["y"] = frame["a"].clip(upper=3) + np.log1p(frame["b"].fillna(0)) + rng.normal(size=300)
    builder = Builder("y", "regression").search("linear", "lightgbm").divide(folds=3)
    for use, column in {"clip": "a", "log": "b", "bin": "c", "hash": "town"}.items():
        builder = builder.step(use, column)
    spec, out = builder.build(), tmp_path / "out"
    next(s for s in spec.steps if s.kind == "train").params["variants"] = False
    out.mkdir()
    data = write_parquet(frame, tmp_path)
    found = train(spec=spec, data=data, out=out, budget_s=30, started_at=time.monotonic())
    assert {part.family for part in found.recipe} == {"linear", "lightgbm"}
    export_model(out / "model.skops", out / "rows.parquet", found, spec, tmp_path / "model")
    run_without_pipeweave(
        tmp_path / "model", "train.py", "../data.parquet", "again.skops", then=SCORED
    )
    before = raw_scores(load_bundle(out / "model.skops"), frame)
    for name in ("again", "model"):
        scored = np.load(tmp_path / "model" / f"{name}.npy")
        np.testing.assert_allclose(scored, before, rtol=0, atol=1e-9)
