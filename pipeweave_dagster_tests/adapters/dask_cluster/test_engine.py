"""All rows of a large table, fitted by the workers of a real cluster."""

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.adapters.dask_cluster import engine as engine_module
from pipeweave_dagster.adapters.dask_cluster.connection import scheduler_address
from pipeweave_dagster.adapters.dask_cluster.engine import fit_on_cluster
from pipeweave_dagster.adapters.dask_cluster.stop_together import stop_together
from pipeweave_dagster.adapters.dask_cluster.table_source import row_groups
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set
from pipeweave_dagster.core.training.out_of_core.all_rows import Source, fit_all_rows
from pipeweave_dagster.core.training.out_of_core.engine import AllRowsFit, Engine
from pipeweave_dagster_tests.adapters.dask_cluster.conftest import Cluster
from pipeweave_dagster_tests.factories import make_pipeline

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.xdist_group("dask")]
ROWS, READ = 8000, 1000
LIMITS = DataLimits(
    max_cells=1, min_sample_rows=READ, batch_rows=700, hold_out_cells=1, out_of_core_rounds=60
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=ROWS), "town": rng.choice(list("abcdefg"), ROWS)})
    value = np.sin(3 * frame["x"]) + frame["town"].map(ord) % 3
    frame["y"] = np.digitize(value + rng.normal(0, 0.3, ROWS), [1.0]).astype(str)
    path = tmp_path_factory.mktemp("table") / "data.parquet"
    frame.to_parquet(path, row_group_size=1500)
    return path


@pytest.fixture(scope="module")
def training_set(table: Path) -> TrainingSet:
    spec = make_pipeline(pd.read_parquet(table), "y", "binary")
    return make_training_set(spec, read_table(spec, table, limits=LIMITS), 0, LIMITS)


def fitted(
    training_set: TrainingSet, source: Source, rounds: int | None = None
) -> tuple[float, AllRowsFit]:
    """Return the score on the validation rows, and the fit."""
    candidate = Candidate("all", "xgboost", {"all_rows": True, "learning_rate": 0.2})
    deadline = time.monotonic() + 240
    cache = FoldCache(training_set.problem)
    run, done = fit_all_rows(candidate, training_set, cache, [], source, deadline, rounds)
    return float(run.score), done


def engine_of(cluster: Cluster, table: Path) -> Engine:
    return lambda job: fit_on_cluster(cluster.engine, str(table), job)


def test_rows_and_score_are_those_of_this_machine(
    cluster: Cluster, training_set: TrainingSet, table: Path, tmp_path: Path
) -> None:
    here, local = fitted(training_set, Source(table, tmp_path))
    there, remote = fitted(training_set, Source(table, tmp_path, engine_of(cluster, table)))
    assert remote.rows == local.rows > 4000
    assert remote.place == "on 2 workers of a Dask cluster"
    assert there == pytest.approx(here, abs=0.01)
    assert here > 0.85
    assert not remote.fit.cut


def test_a_worker_that_is_killed_half_way_costs_time_and_nothing_else(
    cluster: Cluster,
    training_set: TrainingSet,
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    boosting = threading.Event()

    def noticed(seconds: float) -> Any:
        boosting.set()
        return stop_together(seconds)

    def kill() -> None:
        boosting.wait()
        time.sleep(2)
        cluster.workers[0].kill()

    monkeypatch.setattr(engine_module, "stop_together", noticed)
    killer = threading.Thread(target=kill)
    killer.start()
    # So many rounds take far longer than those two seconds.
    source = Source(table, tmp_path, engine_of(cluster, table))
    score, done = fitted(training_set, source, rounds=2000)
    killer.join()
    cluster.add_worker()
    assert "Attempt 1 on the Dask cluster failed" in caplog.text
    assert done.place == "on 1 worker of a Dask cluster"
    assert done.rows > 4000
    assert score > 0.8


def test_a_table_that_workers_cannot_read_is_named(cluster: Cluster) -> None:
    with pytest.raises(PipeWeaveError, match=r"cannot read '/absent\.parquet'"):
        row_groups("/absent.parquet")


def test_row_groups_have_their_first_row(table: Path) -> None:
    groups = row_groups(str(table))
    assert [group.start for group in groups] == [0, 1500, 3000, 4500, 6000, 7500]
    assert pq.ParquetFile(table).metadata.num_rows == ROWS


@pytest.mark.parametrize(
    ("engine", "address"),
    [
        ("dask://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("dask://localhost:8786", "tcp://localhost:8786"),
        ("dask://[::1]:8786", "tcp://[::1]:8786"),
        ("dask://10.0.0.7:8786", "tls://10.0.0.7:8786"),
        ("dask://127.0.0.1.example:8786", "tls://127.0.0.1.example:8786"),
    ],
)
def test_other_machines_are_reached_by_tls_alone(engine: str, address: str) -> None:
    assert scheduler_address(engine) == address
