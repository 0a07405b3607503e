"""A killed search resumes where it was: no finished fold is fitted again."""

import json
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import train
from pipeweave_dagster.core.training.search import search
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"x": rng.normal(size=150), "z": rng.normal(size=150)})
    frame["y"] = frame["x"] * frame["z"] + rng.normal(0, 0.1, 150)
    folder = tmp_path_factory.mktemp("table")
    spec = make_pipeline(frame, "y", "regression")
    steps = [
        s.model_copy(update={"params": {"families": ["linear", "lightgbm"]}})
        if s.kind == "train"
        else s
        for s in spec.steps
    ]
    split = spec.split.model_copy(update={"folds": 3})
    return (
        frame,
        spec.model_copy(update={"steps": steps, "split": split}),
        write_parquet(frame, folder),
    )


def run(table, out, trials, max_proposals):
    _, spec, data = table
    out.mkdir()
    policy = replace(DEFAULT_POLICY, max_proposals=max_proposals, max_seeds=1)
    # The search ends by its proposals, long before its time.
    return train(spec=spec, data=data, out=out, budget_s=600, started_at=time.monotonic(),
                 trials=trials, policy=policy)  # fmt: skip


def test_a_second_search_repeats_no_finished_fold(table, tmp_path, monkeypatch):
    fitted, again = [], []
    real = search.run_fold

    def killed(candidate, fold, *rest):
        if len(fitted) >= 12:  # two parallel fits may pass twelve together
            raise KeyboardInterrupt
        found = real(candidate, fold, *rest)
        if candidate.family != "dummy":
            fitted.append((candidate.name, fold))
        return found

    trials = tmp_path / "trials"
    monkeypatch.setattr(search, "run_fold", killed)
    with pytest.raises(KeyboardInterrupt):
        run(table, tmp_path / "first", trials, 3)
    record = [json.loads(line) for line in (trials / "trials.jsonl").read_text().splitlines()]
    done = {(line["name"], line["fold"]) for line in record if "name" in line}
    assert done == set(fitted)
    assert 0 <= time.time() - max(line.get("ended_at", 0.0) for line in record) < 600
    with (trials / "trials.jsonl").open("a") as file:
        file.write('{"name": "torn')

    def counted(candidate, fold, *rest):
        again.append((candidate.name, fold))
        return real(candidate, fold, *rest)

    monkeypatch.setattr(search, "run_fold", counted)
    model = run(table, tmp_path / "second", trials, 3)
    assert not done & set(again)
    assert {name for name, _ in done} <= {trial.name for trial in model.leaderboard}
    assert model.made
    assert all(trial.state == "done" for trial in model.leaderboard[:3])


def test_a_resumed_search_ends_in_the_model_of_one_that_ran_through(table, tmp_path):
    first = run(table, tmp_path / "first", tmp_path / "trials", 0)
    second = run(table, tmp_path / "second", tmp_path / "trials", 0)
    alone = run(table, tmp_path / "alone", None, 0)
    frame, _, _ = table
    outputs = [
        raw_scores(load_bundle(tmp_path / name / "model.skops"), frame)
        for name in ("first", "second", "alone")
    ]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    np.testing.assert_array_equal(outputs[0], outputs[2])
    assert first.recipe == second.recipe == alone.recipe
