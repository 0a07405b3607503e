"""A table that would not fit into memory is sampled, with a note, or refused before reading."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Evaluation
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import replay, train
from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster.core.training.data.memory_limit import COPIES, FIXED_MB, rows_that_fit
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

ROWS = 6_000


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=ROWS) for i in range(8)})
    frame["town"] = rng.choice(["a", "b", "c"], ROWS)
    frame["y"] = np.where(frame["x0"] + rng.normal(0, 0.5, ROWS) > 0, "yes", "no")
    spec = make_pipeline(frame, "y", "binary")
    steps = [
        s.model_copy(update={"params": {"families": ["linear"]}}) if s.kind == "train" else s
        for s in spec.steps
    ]
    data = write_parquet(frame, tmp_path_factory.mktemp("table"))
    return frame, spec.model_copy(update={"steps": steps}), data


def test_rows_are_estimated_from_width_and_free_memory(table):
    _, spec, data = table
    assert rows_that_fit(spec, data, None) is None
    assert rows_that_fit(spec, data, FIXED_MB + 1_000) is None
    fits = rows_that_fit(spec, data, FIXED_MB + 4)
    assert fits is not None
    assert 1_000 <= fits < ROWS
    # Nine numbers and a short word per row; a long text would leave room for far fewer.
    assert fits < 4 * 2**20 / (COPIES * 8 * 8)
    assert rows_that_fit(spec, data, FIXED_MB + 8) > 1.5 * fits


def test_a_long_text_takes_more_memory_than_a_number(tmp_path):
    rng = np.random.default_rng(0)
    fits = []
    for length in (2, 400):
        frame = pd.DataFrame({"t": ["w" * length] * ROWS, "y": rng.choice(["a", "b"], ROWS)})
        spec = make_pipeline(frame, "y", "binary", types={"t": "text"})
        fits.append(rows_that_fit(spec, write_parquet(frame, tmp_path), FIXED_MB + 20) or ROWS)
    assert fits[0] > 2 * fits[1]


def test_a_sampled_training_is_noted_and_replayed_on_the_same_rows(table, tmp_path):
    frame, spec, data = table
    for name in ("out", "again"):
        (tmp_path / name).mkdir()
    trained = train(
        spec=spec, data=data, out=tmp_path / "out",
        budget_s=30, started_at=0.0, memory_mb=FIXED_MB + 4,
    )  # fmt: skip
    assert trained.rows_train + trained.rows_test == trained.rows_fit < ROWS == trained.sampled_of
    evaluation = Evaluation(rows=1, metric=trained.metric, metrics={}, baseline={}, verdict="model")
    card = model_card(trained, spec, evaluation)
    assert f"random sample of {trained.rows_fit:,} of 6,000 rows" in card
    assert "MB of free memory" in card
    replay(spec, trained, data, tmp_path / "again")
    before, after = (
        raw_scores(load_bundle(tmp_path / n / "model.skops"), frame) for n in ("out", "again")
    )
    np.testing.assert_array_equal(before, after)


def test_with_memory_for_all_rows_there_is_no_note_and_no_field(table, tmp_path):
    _, spec, data = table
    trained = train(
        spec=spec, data=data, out=tmp_path,
        budget_s=30, started_at=0.0, memory_mb=4_000,
    )  # fmt: skip
    assert "memory" not in " ".join(trained.notes)
    assert not {"rows_fit", "sampled_of"} & trained.model_dump(mode="json").keys()


def test_a_sample_that_saves_time_is_not_attributed_to_memory(table, tmp_path):
    _, spec, data = table
    policy = replace(DEFAULT_POLICY, data=DataLimits(max_cells=1, min_sample_rows=900))
    trained = train(
        spec=spec, data=data, out=tmp_path,
        budget_s=30, started_at=0.0, memory_mb=FIXED_MB + 4,
        policy=policy,
    )  # fmt: skip
    assert (trained.rows_fit, trained.sampled_of) == (None, ROWS)
    assert "memory" not in " ".join(trained.notes)


def test_a_table_that_does_not_fit_at_all_is_refused_before_it_is_read(table, tmp_path):
    _, spec, data = table
    with pytest.raises(PipeWeaveError, match="too little memory to train: 200 MB") as caught:
        train(
            spec=spec, data=data, out=tmp_path,
            budget_s=30, started_at=0.0, memory_mb=200,
        )  # fmt: skip
    assert "PIPEWEAVE_MEMORY_LIMIT_MB" in caught.value.text
    assert not list(tmp_path.iterdir())
