"""The cache of trials stays below its limits."""

import os
from types import SimpleNamespace

import pandas as pd

from pipeweave_dagster.services import trial_cache
from pipeweave_dagster.services.trial_cache import trials_folder
from pipeweave_dagster_tests.factories import make_pipeline


def test_the_cache_of_trials_keeps_the_youngest_folders_below_its_limits(tmp_path, monkeypatch):
    bench = SimpleNamespace(settings=SimpleNamespace(cache_folder=tmp_path))
    frame = pd.DataFrame({"x": range(9), "y": range(9)})
    spec = make_pipeline(frame, "y", "regression")
    snapshot = SimpleNamespace(data=SimpleNamespace(sha256="d"))
    for age in range(30):
        folder = tmp_path / "trials" / f"run{age:02}"
        folder.mkdir(parents=True)
        (folder / "trial").write_bytes(b"x" * 1000)
        os.utime(folder, (1e9 - age, 1e9 - age))
    assert trials_folder(bench, spec, snapshot).parent == tmp_path / "trials"
    kept = sorted(p.name for p in (tmp_path / "trials").iterdir())
    assert kept == [f"run{age:02}" for age in range(19)]
    monkeypatch.setattr(trial_cache, "_KEPT_BYTES", 5_500)
    trials_folder(bench, spec, snapshot)
    kept = sorted(p.name for p in (tmp_path / "trials").iterdir())
    assert kept == [f"run{age:02}" for age in range(5)]
    # One search serves both purposes.
    serving = spec.model_copy(update={"train_for": "serving"})
    other = spec.model_copy(update={"metric": "mae"})
    assert trials_folder(bench, serving, snapshot) == trials_folder(bench, spec, snapshot)
    assert trials_folder(bench, other, snapshot) != trials_folder(bench, spec, snapshot)
