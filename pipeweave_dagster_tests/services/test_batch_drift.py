"""The drift of predictions is that of the rows, not that between two fits of a model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.documents import Payload, PredictionBatch, TrainedModel
from pipeweave_dagster.core.prediction import predict, predict_sample
from pipeweave_dagster.services.batch_drift import drift_of_batch
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.pipelines import write_parquet
from pipeweave_dagster_tests.factories.training import train_small_model

PREDICTED = "left (predicted)"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainedModel, Path]:
    """A model of a rare class, and the folder of its files."""
    folder = tmp_path_factory.mktemp("rare")
    frame = survey(1500, seed=1)
    _, trained, out = train_small_model(frame, "left", "binary", folder, families=("xgboost",))
    return trained, out


@pytest.fixture
def bench(home: Path, model: tuple[TrainedModel, Path]) -> Iterator[Workbench]:
    with Workbench(Settings()) as bench:
        bench.store.save_payloads(*model)
        yield bench


def survey(rows: int, seed: int, shift: float = 0.0) -> pd.DataFrame:
    """Answers from 1 to 5, and who left: 3 % of those who are asked."""
    draw = np.random.default_rng(seed)
    answers = {f"q{i}": draw.integers(1, 6, rows) for i in range(6)}
    unhappy = 24 - sum(answers[f"q{i}"] for i in range(4)) + draw.normal(shift, 1.5, rows)
    left = unhappy > np.quantile(unhappy, 0.97)
    return pd.DataFrame(answers).assign(age=draw.integers(18, 85, rows), left=left)


def scored(bench: Workbench, trained: TrainedModel, rows: pd.DataFrame, folder: Path) -> Any:
    """Score a batch as it is scored by a run, and store what belongs to it."""
    folder.mkdir()
    data = write_parquet(rows, folder)
    made = predict(bench.store.payload(trained.model), trained, data, folder)
    key = "predictions/survey/monday/1.parquet"
    bench.store.storage.put(key, (folder / made.predictions.name).read_bytes())
    batch = PredictionBatch(
        batch="monday", rows=made.rows, model_name="pipeweave-survey", model_version="1",
        data_sha256="0" * 64, parquet_key=key, csv_key="x", rows_file=Payload.of(data),
    )  # fmt: skip
    bench.store.save_payloads(batch, folder)
    return batch


def test_rows_that_do_not_change_do_not_drift(
    bench: Workbench, model: tuple[TrainedModel, Path], tmp_path: Path
) -> None:
    trained, _ = model
    assert trained.evaluated != trained.model
    for seed in range(10):
        folder = tmp_path / str(seed)
        batch = scored(bench, trained, survey(300, seed=10 + seed).drop(columns="left"), folder)
        (folder / "drift").mkdir()
        report = drift_of_batch(bench, "survey", batch, trained, folder / "drift")
        assert report.verdict == "stable", [c.note for c in report.columns]
        assert PREDICTED in {c.name for c in report.columns}


def test_more_rows_of_the_rare_class_drift(
    bench: Workbench, model: tuple[TrainedModel, Path], tmp_path: Path
) -> None:
    trained, _ = model
    rows = survey(300, seed=3).assign(q0=1, q1=1).drop(columns="left")
    batch = scored(bench, trained, rows, tmp_path / "worse")
    report = drift_of_batch(bench, "survey", batch, trained, tmp_path)
    assert PREDICTED in {c.name for c in report.drifted}


def test_a_model_without_a_twin_that_was_tested_is_compared_by_its_own_predictions(
    bench: Workbench, model: tuple[TrainedModel, Path], tmp_path: Path
) -> None:
    trained = model[0].model_copy(update={"evaluated": None})
    batch = scored(bench, trained, survey(300, seed=4).drop(columns="left"), tmp_path / "batch")
    bench.store.storage.delete(batch.parquet_key)
    report = drift_of_batch(bench, "survey", batch, trained, tmp_path)
    assert PREDICTED not in {c.name for c in report.columns}


@pytest.mark.parametrize("most", [1, 7, 100, 149, 150, 151])
def test_a_sample_has_rows_at_equal_distances(
    model: tuple[TrainedModel, Path], tmp_path: Path, most: int
) -> None:
    trained, out = model
    rows = write_parquet(survey(150, seed=5).assign(unknown="x"), tmp_path)
    (tmp_path / "all").mkdir()
    predict(out / trained.model.name, trained, rows, tmp_path / "all")
    whole = pq.read_table(tmp_path / "all" / "predictions.parquet").to_pandas()
    found = predict_sample(out / trained.model.name, trained, rows, tmp_path, most)
    sample = pq.read_table(tmp_path / found.name).to_pandas()
    every = -(-150 // most)
    expected = whole.iloc[::every].reset_index(drop=True).drop(columns="row_id")
    pd.testing.assert_frame_equal(sample.drop(columns="row_id"), expected)
    assert len(sample) <= most
