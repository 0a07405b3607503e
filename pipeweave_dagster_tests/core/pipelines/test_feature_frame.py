"""Value corrections of the settings apply in training and in scoring."""

from datetime import date

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.model.prepare_features import correct_values, prepare
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.plan import plan
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster_tests.factories import make_dataset

N = 400
COLUMNS = {
    "sensor": [-200 if i % 8 == 0 else 500 + i % 97 for i in range(N)],
    "sex": [[" Male ", "male", "MALE.", "female"][i % 4] for i in range(N)],
    "y": [i % 3 == 0 for i in range(N)],
}


def test_accepted_proposals_reach_the_features(tmp_path):
    case = make_dataset(tmp_path, COLUMNS, "y")
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    patches = [f.patch["columns"] for f in found.findings if f.code in {"PW302", "PW504"}]
    settings = DatasetSettings.model_validate({"columns": patches[0] | patches[1]})

    before = plan(case.snapshot, case.schema, found, DatasetSettings())
    spec = plan(case.snapshot, case.schema, found, settings)
    assert validate(spec, list(COLUMNS)) == []
    assert before.steps[0].params == {}
    assert spec.steps[0].params == {
        "missing": {"sensor": ["-200"]},
        "merge_spellings": ["sex"],
    }
    rows = pd.DataFrame({"sex": ["  MALE", "Female.", None], "sensor": [-200.0, 512.0, np.nan]})
    plain, corrected = prepare(rows, feature_frame(before)), prepare(rows, feature_frame(spec))
    assert plain["sensor"].tolist()[:2] == [-200.0, 512.0]
    assert np.isnan(corrected["sensor"].tolist()[0])
    assert corrected["sensor"].tolist()[1] == 512.0
    assert corrected["sex"].tolist()[:2] == ["male", "female"]
    assert pd.isna(corrected["sex"].tolist()[2])


def test_a_row_whose_target_is_a_placeholder_is_left_out(tmp_path):
    y = [-200.0 if i % 10 == 0 else 5.0 + i % 37 for i in range(N)]
    case = make_dataset(tmp_path, {**COLUMNS, "y": y}, "y", "regression")
    settings = DatasetSettings.model_validate({"columns": {"y": {"missing": [-200]}}})
    found = inspect(case.snapshot, case.schema, case.data, settings)
    table = read_table(plan(case.snapshot, case.schema, found, settings), case.data)
    assert table.dropped == N // 10
    assert table.y.min() == 5.0


def test_placeholders_are_found_by_their_stored_values(tmp_path):
    days = [date(1900, 1, 1) if i % 9 == 0 else date(2020, 1, 1 + i % 28) for i in range(N)]
    case = make_dataset(tmp_path, {**COLUMNS, "day": days}, "y")
    listed = {"sensor": {"missing": ["-200.00"]}, "day": {"missing": ["01.01.1900"]}}
    settings = DatasetSettings.model_validate({"columns": listed})
    found = inspect(case.snapshot, case.schema, case.data, settings)
    frame = feature_frame(plan(case.snapshot, case.schema, found, settings))
    rows = pd.DataFrame({"sensor": [-200.0, 5.0], "day": days[:2]})
    corrected = correct_values(rows, frame)
    assert corrected["sensor"].isna().tolist() == [True, False]
    assert corrected["day"].isna().tolist() == [True, False]
