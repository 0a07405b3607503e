"""Columns that carry the same information form a group."""

import numpy as np

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.eda.associations import associations
from pipeweave_dagster_tests.factories import make_dataset


def test_columns_that_say_the_same_stand_together(tmp_path):
    rng = np.random.default_rng(0)
    sex = rng.integers(0, 2, 500)
    columns = {
        "noise": rng.normal(size=500),
        "sex": sex,
        "other": rng.integers(0, 4, 500),
        "gender": np.where(sex, "m", "f"),
        "male": sex == 1,
    }
    case = make_dataset(tmp_path, columns)
    found = associations(Table(case.data, case.schema).columns)
    assert [sorted(group) for group in found["groups"]] == [["gender", "male", "sex"]]
    i, j = (found["columns"].index(name) for name in ("noise", "sex"))
    assert found["matrix"][i][j] < 0.15
