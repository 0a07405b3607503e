"""Tables too large for the search: a sample is searched, and one candidate learns from all rows."""

import re
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import replay, train
from pipeweave_dagster.core.training.data.data_notes import data_notes
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.out_of_core import all_rows
from pipeweave_dagster.core.training.out_of_core.row_blocks import write_blocks
from pipeweave_dagster.core.training.out_of_core.row_preparation import preparation_of, sampled_rows
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

pytestmark = pytest.mark.slow

ROWS, READ = 6000, 600


LIMITS = DataLimits(
    max_cells=1, min_sample_rows=READ, batch_rows=700, hold_out_cells=1, out_of_core_rounds=60
)
POLICY = replace(DEFAULT_POLICY, data=LIMITS)


def table_for(task, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"number": np.arange(ROWS, dtype=float), "x": rng.normal(size=ROWS)})
    frame["town"] = rng.choice([f"t{i}" for i in range(60)], ROWS)
    frame["house"] = rng.choice([f"h{i}" for i in range(300)], ROWS)
    value = np.sin(3 * frame["x"]) + (frame["town"].str[1:].astype(int) % 7) / 3
    value += rng.normal(0, 0.3, ROWS)
    bins = {"binary": [1.0], "multiclass": [0.5, 1.5]}
    frame["y"] = value if task == "regression" else np.digitize(value, bins[task]).astype(str)
    return frame


def pipeline_for(frame, task, **split):
    spec = make_pipeline(frame, "y", task, settings=DatasetSettings(split=split))
    families = {"families": ["linear", "xgboost"], "variants": False}
    steps = [
        s.model_copy(update={"params": families}) if s.kind == "train" else s for s in spec.steps
    ]
    return spec.model_copy(update={"steps": steps})


def test_reading_takes_the_same_rows_as_the_whole_table_has(tmp_path):
    frame = table_for("regression")
    data = write_parquet(frame, tmp_path)
    found = read_table(pipeline_for(frame, "regression"), data, limits=LIMITS)
    assert (found.read, found.total) == (READ, ROWS)
    expected = frame.iloc[found.positions].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.raw, expected[found.raw.columns.tolist()])
    assert np.all(np.diff(found.positions) > 0)


@pytest.mark.parametrize("split", [{}, {"group": "house"}], ids=["rows", "groups"])
def test_blocks_hold_every_row_but_test_and_validation_rows(tmp_path, split):
    frame = table_for("binary")
    spec = pipeline_for(frame, "binary", **split)
    data = write_parquet(frame, tmp_path)
    made = make_training_set(spec, read_table(spec, data, limits=LIMITS), 0, LIMITS)
    fold = FoldCache(made.problem).get("tree", 0)
    (tmp_path / "blocks").mkdir()
    written = write_blocks(
        preparation_of(made, [], fold), sampled_rows(fold), data, tmp_path / "blocks",
        time.monotonic() + 600, LIMITS,
    )  # fmt: skip
    place = list(fold.transformer.get_feature_names_out()).index("numbers__number")
    x, y = (np.concatenate([np.load(getattr(b, part)) for b in written]) for part in ("x", "y"))
    numbers = x[:, place].astype(int)
    assert len(set(numbers)) == len(numbers)
    np.testing.assert_array_equal(frame["y"].astype(int).to_numpy()[numbers], y)
    learned = made.split.train
    judged = made.table.positions[[*made.split.test, *learned[fold.valid]]]
    assert not set(judged) & set(numbers)
    # A fifth is test by the same rule in the sample and beyond; groups are judged as a whole.
    assert (0.55 if split else 0.7) * ROWS < len(numbers) < 0.85 * ROWS
    assert set(made.table.positions[learned]) - set(judged) <= set(numbers)
    if split:
        assert not set(frame["house"].iloc[judged]) & set(frame["house"].iloc[numbers])


@pytest.mark.parametrize("sampled", [True, False])
def test_rows_that_are_sums_are_neither_searched_nor_learned(tmp_path, sampled):
    frame = with_totals(table_for("regression"))
    spec = pipeline_for(frame, "regression").model_copy(update={"without_totals": True})
    data = write_parquet(frame, tmp_path)
    limits = LIMITS if sampled else replace(LIMITS, min_sample_rows=len(frame))
    made = make_training_set(spec, read_table(spec, data, limits=limits), 0, limits)
    sums = [2000, 4001, 6002, 6003]
    read = np.intersect1d(made.table.positions, sums)
    assert made.table.dropped == len(read)
    assert not set(made.table.kept) & set(sums)
    notes = [note for note in data_notes(made) if "PW609" in note]
    assert len(notes) == bool(len(read))
    if not sampled:
        assert notes == ["4 rows were left out: they are sums of other rows (PW609)."]
        return
    fold = FoldCache(made.problem).get("tree", 0)
    prepared = preparation_of(made, [], fold)
    for start in sums:
        assert prepared(pa.Table.from_pandas(frame.iloc[start : start + 1]), start) is None


def with_totals(frame):
    """Return the table with sums of every 2,000 rows below these, and a total below all."""
    sums = {"town": "all", "house": "all"}
    parts = []
    for start in range(0, ROWS, 2000):
        part = frame.iloc[start : start + 2000].assign(y=lambda f: f["y"].abs())
        parts += [part, pd.DataFrame([{**part.sum(numeric_only=True), **sums}])]
    total = sum(part[["number", "x", "y"]].sum() for part in parts[1::2])
    return pd.concat([*parts, pd.DataFrame([{**total, **sums}])], ignore_index=True)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_one_candidate_learns_from_all_rows_and_can_be_replayed(tmp_path, task):
    frame = table_for(task)
    spec, data = pipeline_for(frame, task), write_parquet(frame, tmp_path)
    for name in ("out", "again"):
        (tmp_path / name).mkdir()
    trained = train(
        spec=spec, data=data, out=tmp_path / "out",
        budget_s=120, started_at=time.monotonic(), policy=POLICY,
    )  # fmt: skip
    board = {trial.name: trial for trial in trained.leaderboard}
    assert re.search(r"learned from 4,\d{3} rows on disk", board[all_rows.NAME].note)
    better = np.sign(board[all_rows.NAME].score - board["xgboost"].score)
    assert better == (1 if trained.greater_is_better else -1)
    assert any(member.params.get("all_rows") for member in trained.recipe)
    assert f"`{all_rows.NAME}` {board[all_rows.NAME].note}" in " ".join(trained.notes)
    replay(spec, trained, data, tmp_path / "again", POLICY)
    scores = [
        raw_scores(load_bundle(tmp_path / name / "model.skops"), frame) for name in ("out", "again")
    ]
    np.testing.assert_array_equal(scores[0], scores[1])


def test_without_time_for_all_rows_the_sample_is_used_and_the_leaderboard_notes_why(tmp_path):
    frame = table_for("binary")
    spec, data = pipeline_for(frame, "binary"), write_parquet(frame, tmp_path)
    policy = replace(POLICY, data=replace(LIMITS, preparation_part=0.0))
    (tmp_path / "out").mkdir()
    trained = train(
        spec=spec, data=data, out=tmp_path / "out",
        budget_s=120, started_at=time.monotonic(), policy=policy,
    )  # fmt: skip
    left = next(trial for trial in trained.leaderboard if trial.name == all_rows.NAME)
    assert left.state == "out of time"
    assert "preparing 6,000 rows would take" in left.note
    assert trained.verdict == "model"
    assert "Learned from a random sample of 600 of 6,000 rows." in trained.notes


def test_the_learning_rate_is_raised_where_time_is_short():
    guide = CvResult(Candidate("xgboost", "xgboost", {"max_depth": 4}), np.zeros(1), scores=[0.5])
    guide.seconds, guide.fold_rows = 10.0, 1000
    rates = [all_rows._on_all_rows(guide, 30_000, seconds).params for seconds in (1e4, 300.0, 10.0)]
    assert [r["learning_rate"] for r in rates] == [0.06, 0.12, 0.3]
    assert all(r["max_depth"] == 4 and r["all_rows"] for r in rates)
