"""Targets whose differences float32 does not hold: 1e9 plus a signal is learned as the signal."""

import shutil

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import replay
from pipeweave_dagster.core.training.data.target import target_offset
from pipeweave_dagster_tests.factories import (
    evaluate_small_model,
    run_without_pipeweave,
    train_small_model,
)


def table(offset, rows=400):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows)})
    signal = 20 * np.sin(2 * frame["a"]) + rng.normal(size=rows)
    return frame.assign(y=offset + np.round(signal, 2))


@pytest.mark.parametrize(
    ("y", "offset"),
    [
        ([1e9 + 1, 1e9 + 2, 1e9 + 4], 1e9 + 2),
        ([-1e12, -1e12 + 3], -1e12 + 2),
        ([1.0, 2.0, 1e9], 0.0),
        ([0.0, 0.0], 0.0),
        ([1.6e9, 1.7e9, 1.65e9], 0.0),
    ],
)
def test_only_means_that_take_the_digits_of_the_differences_are_subtracted(y, offset):
    assert target_offset(np.array(y)) == pytest.approx(offset, abs=1)


@pytest.mark.slow
@pytest.mark.parametrize("offset", [1e9, -1e12])
def test_the_signal_is_learned_in_the_units_of_the_file(tmp_path, offset):
    frame = table(offset)
    families = ["xgboost", "lightgbm"]
    spec, model, out = train_small_model(frame, "y", "regression", tmp_path, families=families)
    assert model.verdict == "model"
    report = evaluate_small_model(spec, model, out)
    assert 0.8 < report.metrics["r2"].value <= 1
    assert abs(report.baseline["r2"].value) < 0.1
    rows = pd.read_parquet(out / "test_rows.parquet")
    assert set(rows["target"]) <= set(frame["y"])
    predicted = raw_scores(load_bundle(out / "model.skops"), frame)
    assert np.abs(predicted - frame["y"]).mean() < 6


@pytest.mark.slow
def test_replay_and_exported_script_give_the_same_model(tmp_path):
    frame = table(1e9, rows=200)
    spec, model, out = train_small_model(
        frame, "y", "regression", tmp_path, families=["xgboost", "linear"]
    )
    again = tmp_path / "again"
    again.mkdir()
    replay(spec=spec, trained=model, data=tmp_path / "data.parquet", out=again)
    before, after = (raw_scores(load_bundle(p / "model.skops"), frame) for p in (out, again))
    assert np.array_equal(before, after)
    folder = tmp_path / "exported"
    export_model(out / "model.skops", out / "rows.parquet", model, spec, folder)
    shutil.copy(tmp_path / "data.parquet", folder / "table.parquet")
    run_without_pipeweave(folder, "train.py", "table.parquet", "other.skops")
    other = raw_scores(load_bundle(folder / "other.skops"), frame)
    assert np.allclose(other, before, rtol=0, atol=1e-6)
