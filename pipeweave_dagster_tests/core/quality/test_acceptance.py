"""The rows of the requirements, on data of the shape of the named sets."""

import datetime as dt

import numpy as np
import pytest

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.repeated_rows import repeats_of
from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings, SplitSetting
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset

N = 2000
RNG = np.random.default_rng(0)
START = RNG.bit_generator.state
X = RNG.normal(size=N)
Y = (RNG.random(N) < 0.3).astype(int)


@pytest.fixture(autouse=True)
def seeded():
    """Every test draws the same numbers, whichever ran before it."""
    RNG.bit_generator.state = START


def told(path, columns, y=Y, settings=None, task="binary", **more):
    """All findings that did not pass, or that passed with figures."""
    case = make_dataset(path, {**columns, "y": y}, "y", task, **more)
    found = inspect(case.snapshot, case.schema, case.data, settings or DatasetSettings())
    return [f for f in found.findings if f.state != "passed" or f.evidence]


def of(found, code):
    return [(f.state, *f.columns) for f in found if f.code == code]


def test_bar_exam_recodes_are_blocked_and_a_pure_side_only_alerts(tmp_path):
    passed = np.where(RNG.random(N) < 0.95, 1, 0)
    first = np.where((passed == 1) & (RNG.random(N) < 0.93), "P", "F")
    almost = passed.astype(bool)
    almost[7] = ~almost[7]
    columns = {
        "bar2": np.where(passed == 1, "P", "F"),
        "bar": np.select([first == "P", passed == 1], ["a Passed 1st", "b Passed 2nd"], "e Failed"),
        "bar_passed": almost.tolist(),
        "bar1": first,
        "lsat": 36 + 2 * passed + RNG.normal(size=N) * 4,
    }
    found = told(tmp_path, columns, passed)
    blocked = {c for f in found if f.state == "blocked" for c in f.columns}
    alerted = {c for f in found if f.state == "alerted" and f.group == "leakage" for c in f.columns}
    assert blocked == {"bar2", "bar", "bar_passed"}
    assert "bar1" in alerted
    assert "lsat" not in alerted


def test_a_name_of_the_outcome_only_hints_and_only_where_it_tells_something(tmp_path):
    lean = X + Y
    columns = {
        "call_duration": lean,
        "risk_prediction": lean + 1e-3 * X**2,
        "final_noise": RNG.normal(size=N),
        "age": lean**3,
    }
    found = told(tmp_path, columns)
    assert of(found, "PW213") == [("alerted", "call_duration"), ("alerted", "risk_prediction")]
    declared = DatasetSettings(columns={"call_duration": ColumnSetting(known_at="before")})
    found = told(tmp_path, columns, settings=declared)
    assert of(found, "PW213") == [("alerted", "risk_prediction")]


def test_a_variant_of_the_targets_name_hints_at_it(tmp_path):
    case = make_dataset(
        tmp_path, {"bar_passed_late": X + Y, "bar": X - Y, "pass_bar": Y}, "pass_bar"
    )
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings()).findings
    assert of(found, "PW213") == [("alerted", "bar_passed_late")]


def test_what_is_declared_to_be_known_at_arrival_cannot_tell_the_delay_at_arrival(tmp_path):
    names = ("y", "arr_time", "air_time")
    settings = DatasetSettings(columns={n: ColumnSetting(known_at="arrival") for n in names})
    columns = {"arr_time": X, "air_time": X**2, "dep_hour": RNG.integers(0, 24, N)}
    found = told(tmp_path, columns, X * 9, settings, "regression")
    assert of(found, "PW201") == [("blocked", "arr_time"), ("blocked", "air_time")]


def test_high_cardinality_is_no_identifier(tmp_path):
    surname = [f"name{int(i)}" for i in RNG.zipf(1.3, N) % 600]
    found = told(tmp_path, {"Surname": surname, "x": X})
    assert of(found, "PW503") == [("fixed", "Surname")]
    assert of(found, "PW502") == []


def test_a_block_of_equal_rows_with_both_labels_is_one_group(tmp_path):
    measured = np.where(np.arange(N) < 600, 0.5, X)
    y = np.where(np.arange(N) < 600, np.arange(N) % 50 == 0, Y).astype(int)
    found = told(tmp_path, {"a": measured, "b": measured**2}, y)
    [clash] = [f for f in found if f.code == "PW402"]
    assert (clash.evidence["groups"], clash.evidence["rows"]) == (1, 600)
    [repeats] = [f for f in found if f.code == "PW401"]
    assert repeats.evidence["rows_without_identifiers"] == 598


def test_rows_alike_after_rounding_are_nearly_alike(tmp_path):
    plain = {name: RNG.normal(size=N) for name in "abc"}
    shaken = {name: np.append(v, v[:100] * (1 + 1e-7)) for name, v in plain.items()}
    found = []
    for number, columns in enumerate((plain, shaken)):
        folder = tmp_path / str(number)
        folder.mkdir()
        case = make_dataset(folder, {**columns, "y": np.resize(Y, len(columns["a"]))}, "y")
        found.append(repeats_of(Table(case.data, case.schema).columns))
    assert [f.rows for f in found] == [0, 0]
    assert found[0].near == 0
    assert 95 <= found[1].near <= 100  # a few values lie on the edge of rounding


def test_test_rows_that_are_in_the_training_part_are_counted_in_one_spelling(tmp_path):
    label = np.where(Y == 1, ">50K", "<=50K")
    extra = {"a": X[:26], "b": X[:26] ** 2}
    other = np.append(label[:23], np.where(Y[23:26] == 1, "<=50K", ">50K"))
    columns = {
        "a": np.concatenate([X, extra["a"], RNG.normal(size=474)]),
        "b": np.concatenate([X**2, extra["b"], RNG.normal(size=474)]),
        "part": ["train"] * N + ["test"] * 500,
    }
    y = np.concatenate([label, np.char.add(other, "."), np.char.add(label[:474], ".")])
    settings = DatasetSettings(split=SplitSetting(fold="part"))
    found = told(tmp_path, columns, y, settings, "multiclass")
    [labels, rows] = [f for f in found if f.code == "PW605"]
    assert labels.evidence == {"labels": 2}
    assert rows.state == "alerted"
    assert rows.evidence == {"rows": 23, "rows_by_features": 26, "test_rows": 500}


def test_parts_without_common_rows_pass(tmp_path):
    part = np.where(np.arange(N) < 1500, "train", "test")
    settings = DatasetSettings(split=SplitSetting(fold="part"))
    found = told(tmp_path, {"a": X, "part": part}, settings=settings)
    assert of(found, "PW605") == []


def test_a_slipped_decimal_point_is_far_from_all_others(tmp_path):
    width = 5.7 + X / 2
    width[3] = 58.9
    income = np.exp(RNG.normal(10, 1, N))  # a long tail is no error
    found = told(tmp_path, {"width": width, "income": income, "x": X})
    assert of(found, "PW606") == [("alerted", "width")]


def test_fine_measurements_with_a_few_zeros(tmp_path):
    depth = np.round(np.clip(3.5 + X / 2, 1.07, None), 2)
    depth[:20] = 0.0
    [zero] = [f for f in told(tmp_path, {"depth": depth}) if f.code == "PW602"]
    assert zero.evidence["rows"] == 20


def test_all_recodes_of_a_column_are_one_to_one(tmp_path):
    sex = RNG.integers(0, 2, N)
    gpa = np.round(RNG.normal(3.2, 0.3, N), 1)
    columns = {
        "sex": sex,
        "gender": np.where(sex == 1, "female", "male"),
        "male": 1 - sex,
        "gpa": gpa,
        "dnn_score": np.round(gpa * 0.31 + 0.05, 6),
    }
    found = told(tmp_path, columns)
    pairs = [(f.columns[0], f.columns[1]) for f in found if f.code == "PW403"]
    assert pairs == [("gender", "sex"), ("male", "sex"), ("dnn_score", "gpa")]


def test_one_of_fifty_columns_is_constant(tmp_path):
    columns = {f"c{i}": RNG.normal(size=N) for i in range(20)} | {"k": [0.0] * N}
    assert of(told(tmp_path, columns), "PW501") == [("fixed", "k")]


def test_rare_classes_are_never_judged_by_accuracy(tmp_path):
    [rare] = [f for f in told(tmp_path, {"x": X}, (np.arange(N) < 41)) if f.code == "PW105"]
    assert (rare.state, rare.patch["metric"]) == ("fixed", "log_loss")


def test_a_split_by_time_answers_rows_in_the_order_of_time(tmp_path):
    hours = [dt.datetime(2013, 1, 1) + dt.timedelta(hours=i) for i in range(N)]  # noqa: DTZ001
    found = told(tmp_path, {"time_hour": hours, "x": X})
    assert of(found, "PW603") == [("alerted", "time_hour")]
    split = DatasetSettings(split=SplitSetting(time="time_hour"))
    assert of(told(tmp_path, {"time_hour": hours, "x": X}, settings=split), "PW603") == []


def test_words_for_missing_are_proposed_as_missing(tmp_path):
    cabin = ["?" if i % 3 else f"C{i % 40}" for i in range(N)]
    [hit] = [f for f in told(tmp_path, {"cabin": cabin, "x": X}) if f.code == "PW303"]
    assert hit.evidence["rows"] == {"cabin": cabin.count("?")}
    assert hit.patch == {"columns": {"cabin": {"missing": ["?"]}}}
    said = DatasetSettings.model_validate(hit.patch)
    found = told(tmp_path, {"cabin": cabin, "x": X}, settings=said)
    assert of(found, "PW303") == []


def test_accepted_proposals_about_values_are_answered(tmp_path):
    gone = np.where(np.arange(N) < 40, -200, np.round(500 + 50 * X)).astype(int)
    sex = np.array(["male", "female"])[Y].astype(object)
    sex[:30] = " Male "
    columns = {"sensor": gone, "sex": sex, "x": X}
    found = told(tmp_path, columns)
    patches = {f.code: f.patch["columns"] for f in found if f.code in {"PW302", "PW504"}}
    assert patches == {
        "PW302": {"sensor": {"missing": ["-200"]}},
        "PW504": {"sex": {"merge_spellings": True}},
    }
    said = DatasetSettings.model_validate({"columns": patches["PW302"] | patches["PW504"]})
    assert not {f.code for f in told(tmp_path, columns, settings=said)} & {"PW302", "PW504"}
