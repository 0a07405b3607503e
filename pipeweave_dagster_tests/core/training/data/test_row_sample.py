"""A sample of a table has everything that belongs to its rows, in line."""

from dataclasses import fields

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.evaluation.audit.canary import run_canary
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

ROWS = 1_300


def read(folder):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"key": [f"k{i}" for i in range(ROWS)], "x": rng.normal(size=ROWS)})
    frame["y"] = rng.choice(["a", "b"], ROWS)
    spec = make_pipeline(frame, "y", "binary", settings=DatasetSettings(id="key"))
    return frame, spec, read_table(spec, write_parquet(frame, folder))


def test_everything_that_belongs_to_a_row_is_sampled_with_it(tmp_path):
    frame, _, table = read(tmp_path)
    found = sample_rows(table, 200)
    of_rows = [f.name for f in fields(table) if len_of(getattr(table, f.name)) == ROWS]
    assert {"raw", "y", "sensitive", "kept", "row_id"} <= {*of_rows}
    for name in {*of_rows} - {"positions"}:  # those of all rows that were read
        assert len_of(getattr(found, name)) == 200, name
    kept = frame.iloc[found.kept]
    assert found.row_id.tolist() == kept["key"].tolist()
    np.testing.assert_array_equal(found.raw["x"], kept["x"])


def len_of(value):
    return len(value) if hasattr(value, "__len__") else 0


def test_the_canary_runs_on_a_large_table_with_an_id(tmp_path):
    _, spec, table = read(tmp_path)
    assert run_canary(spec, table).state == "passed"
