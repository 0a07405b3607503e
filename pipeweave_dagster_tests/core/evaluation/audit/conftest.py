"""Small real tables with their pipelines, as the audit sees them."""

import pandas as pd
import pytest

from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

TABLES = {
    "breast_cancer": ("breast_cancer", -1, "binary"),
    "wine": ("wine", -1, "multiclass"),
    "penguins": ("penguins", 0, "multiclass"),
    "grades": ("student_math", -1, "regression"),
    "mass": ("penguins_raw", "Body Mass (g)", "regression"),
}


@pytest.fixture(params=TABLES)
def real(request, examples, tmp_path):
    """A pipeline and its table."""
    name, target, task = TABLES[request.param]
    frame = pd.read_csv(examples / f"{name}.csv")
    target = target if isinstance(target, str) else frame.columns[target]
    spec = make_pipeline(frame, target, task)
    return spec, read_table(spec, write_parquet(frame, tmp_path))
