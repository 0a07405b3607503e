"""Skew between training and serving is found in the first batch, by column and by what differs.

Each fault is one that a real pipeline plants: another unit, swapped columns, another coding of a
category, a default value for what is unknown, a column that is no longer filled.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.documents import DriftReport
from pipeweave_dagster.core.monitoring import measure_drift

Table = dict[str, Any]
COLUMNS = ["height", "weight", "age", "town", "visits"]


def rows(seed: int, count: int) -> Table:
    rng = np.random.default_rng(seed)
    return {
        "height": rng.normal(1.75, 0.1, count),
        "weight": rng.normal(75, 12, count),
        "age": rng.integers(18, 90, count),
        "town": rng.choice(["north", "south", "west"], count),
        "visits": rng.poisson(3, count),
    }


FAULTS: dict[str, tuple[Callable[[Table], Table], set[str]]] = {
    "none": (lambda t: {}, set()),
    "another unit": (lambda t: {"height": t["height"] * 100}, {"height"}),
    "swapped columns": (
        lambda t: {"height": t["weight"], "weight": t["height"]},
        {"height", "weight"},
    ),
    "another coding": (lambda t: {"town": np.char.upper(t["town"].astype(str))}, {"town"}),
    "a default value": (
        lambda t: {"age": np.where(np.arange(len(t["age"])) % 4 == 0, -1, t["age"])},
        {"age"},
    ),
    "no longer filled": (lambda t: {"visits": pa.nulls(len(t["visits"]), pa.int64())}, {"visits"}),
    "a later cut": (lambda t: {"visits": np.minimum(t["visits"], 2)}, {"visits"}),
}


def measured(folder: Path, fault: str, seed: int = 1) -> DriftReport:
    pq.write_table(pa.table(rows(0, 4000)), folder / "training.parquet")
    batch = rows(seed, 1000)
    batch |= FAULTS[fault][0](batch)
    pq.write_table(pa.table(batch), folder / "batch.parquet")
    return measure_drift("b", folder / "training.parquet", folder / "batch.parquet", COLUMNS)


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_skew_is_found_in_its_columns_and_no_others(tmp_path: Path, fault: str) -> None:
    report = measured(tmp_path, fault)
    assert {column.name for column in report.drifted} == FAULTS[fault][1]
    assert report.verdict == ("drifted" if FAULTS[fault][1] else "stable")
    assert all(column.note for column in report.drifted)


def test_equal_distributions_raise_no_alarm(tmp_path: Path) -> None:
    verdicts = [measured(tmp_path, "none", seed).verdict for seed in range(2, 12)]
    assert verdicts == ["stable"] * 10
