"""Leaks: proof blocks, suspicion alerts, and honest predictors stay usable."""

import datetime as dt

import numpy as np
import pytest

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings, Override
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset

N = 1000
RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, N)
X = RNG.normal(size=N)
NUMBER = np.round(RNG.gamma(2, 50, N), 2)


START = RNG.bit_generator.state


@pytest.fixture(autouse=True)
def seeded():
    """Every test draws the same numbers, whichever ran before it."""
    RNG.bit_generator.state = START


def leaks(path, columns, y=Y, task="binary", settings=None, **more):
    """Code, state and columns of every leakage finding that is not `passed`."""
    case = make_dataset(path, {**columns, "y": y}, "y", task, **more)
    found = inspect(case.snapshot, case.schema, case.data, settings or DatasetSettings())
    told = [f for f in found.findings if f.group == "leakage" and f.state != "passed"]
    return [(f.code, f.state, *f.columns) for f in told]


def regression(path, columns, **more):
    return leaks(path, {"noise": X, **columns}, NUMBER, "regression", **more)


def test_honest_columns_are_silent(tmp_path):
    honest = RNG.normal(size=N) + 0.8 * Y
    assert leaks(tmp_path, {"x": X, "honest": honest, "k": RNG.integers(0, 9, N)}) == []
    assert regression(tmp_path, {"honest": NUMBER + RNG.normal(0, 60, N)}) == []


def test_what_is_declared_to_be_known_later_blocks(tmp_path):
    known = {"y": "2024-05-01", "x": "2024-06-01", "z": "2024-01-01", "w": "after"}
    columns = {name: ColumnSetting(known_at=moment) for name, moment in known.items()}
    found = leaks(
        tmp_path, {"x": X, "z": X**2, "w": X**3}, settings=DatasetSettings(columns=columns)
    )
    assert found == [("PW201", "blocked", "x"), ("PW201", "blocked", "w")]


def test_a_cut_that_gives_the_classes_blocks(tmp_path):
    amount = np.where(Y == 1, RNG.gamma(2, 9, N) + 0.01, 0.0)
    assert leaks(tmp_path, {"amount": amount, "x": X}) == [("PW202", "blocked", "amount")]


def test_classes_that_lie_apart_in_many_columns_are_natural(tmp_path):
    columns = {f"x{i}": Y * 3 + RNG.normal(size=N) for i in range(3)}
    found = leaks(tmp_path, {"clear": Y * 50 + X, **columns})
    assert all(state == "alerted" for _, state, *_ in found)


def test_classes_with_a_wide_gap_between_them_are_natural(tmp_path):
    length, width = Y * 30 + RNG.normal(size=N), Y * 20 + RNG.normal(size=N)
    found = leaks(tmp_path, {"length": length, "width": width, "other": 2.5 * Y + X})
    assert {state for _, state, *_ in found} == {"alerted"}


def test_a_row_number_of_a_sorted_file_is_stopped_but_not_blocking(tmp_path):
    found = leaks(tmp_path, {"row": np.arange(N), "x": X}, np.sort(Y), roles={"row": "identifier"})
    assert found == [("PW202", "fixed", "row")]


def test_ranges_of_a_column_that_are_the_classes_block(tmp_path):
    label = np.array(["b", "a", "d", "c"])[np.arange(N) * 4 // N]
    found = leaks(tmp_path, {"row": np.arange(N), "x": X}, label, "multiclass")
    assert ("PW202", "blocked", "row") in found


def test_a_rank_of_the_target_blocks(tmp_path):
    rank = np.argsort(np.argsort(-NUMBER))
    assert regression(tmp_path, {"rank": rank}) == [("PW202", "blocked", "rank")]


def test_missing_after_the_fact_blocks_and_so_does_its_flag(tmp_path):
    date = [
        None if y == 0 or i % 40 == 0 else float(x)
        for i, (y, x) in enumerate(zip(Y, X, strict=True))
    ]
    flag = [int(d is not None) for d in date]
    found = leaks(tmp_path, {"date": date, "flag": flag, "x": X})
    assert found == [("PW203", "blocked", "date"), ("PW203", "blocked", "flag")]


def test_missing_that_only_leans_to_one_side_alerts(tmp_path):
    lean = np.where(RNG.random(N) < np.where(Y == 1, 0.8, 0.2), np.nan, X)
    assert leaks(tmp_path, {"lean": _nulls(lean), "x": X}) == [("PW203", "alerted", "lean")]


def test_missing_that_leans_a_little_is_silent(tmp_path):
    lean = np.where(RNG.random(N) < np.where(Y == 1, 0.6, 0.4), np.nan, X)
    assert leaks(tmp_path, {"lean": _nulls(lean), "x": X}) == []


def test_a_nearly_perfect_column_far_ahead_of_the_rest_blocks(tmp_path):
    odd = Y + RNG.normal(0, 0.22, N)
    assert leaks(tmp_path, {"odd": odd, "x": X}) == [("PW205", "blocked", "odd")]


@pytest.mark.parametrize("operation", ["sum", "difference", "product", "ratio"])
def test_arithmetic_of_two_columns_blocks(tmp_path, operation):
    a = np.round(RNG.gamma(2, 30, N) + 1, 3)
    b = {"sum": NUMBER - a, "difference": a - NUMBER, "product": NUMBER / a, "ratio": a / NUMBER}
    found = regression(tmp_path, {"a": a, "b": b[operation]})
    assert [(code, state) for code, state, *_ in found][:1] == [("PW206", "blocked")]


def test_arithmetic_that_gives_a_class_blocks(tmp_path):
    a = RNG.normal(0, 40, N)
    found = leaks(tmp_path, {"a": a, "b": Y - a, "x": X})
    assert found == [("PW206", "blocked", "a", "b")]


def test_rare_counts_are_no_arithmetic(tmp_path):
    y = (RNG.random(N) < 0.06).astype(int)
    columns = {f"c{i}": RNG.poisson(0.02, N) * RNG.integers(1, 9, N) for i in range(12)}
    assert leaks(tmp_path, columns, y) == []


def test_a_rule_that_holds_only_where_the_target_is_zero_is_no_arithmetic(tmp_path):
    row = np.arange(N * 30)
    y = np.where(row % 3000 == 0, 50.0, 0.0)
    sparse = [np.where(RNG.random(N * 30) < 0.00005, 5.0, 0.0) for _ in range(2)]
    steps = {f"s{i}": np.where(row < 6, row * 1.0, v) for i, v in enumerate(sparse)}
    assert leaks(tmp_path, steps, y, "regression") == []


def test_a_column_that_misses_a_tenth_of_a_rare_class_is_no_recode(tmp_path):
    y = (np.arange(N * 20) % 200 == 0).astype(int)
    flag = np.where(np.arange(N * 20) % 2000 == 0, 0, y)
    found = leaks(tmp_path, {"flag": flag, "x": RNG.normal(size=N * 20)}, y)
    assert ("PW204", "blocked", "flag") not in found


@pytest.mark.parametrize("digits", [4, 12])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_group_means_of_the_target_block(tmp_path, task, digits):
    y = Y if task == "binary" else NUMBER
    groups = RNG.integers(0, N // 4, N)
    means = np.bincount(groups, y) / np.maximum(1, np.bincount(groups))
    found = leaks(tmp_path, {"mean": means[groups].round(digits), "x": X}, y, task)
    assert [f for f in found if f[1] == "blocked"] == [("PW207", "blocked", "mean")]


def test_parts_of_a_sum_alert_and_an_exact_sum_blocks(tmp_path):
    parts = {f"p{i}": np.round(RNG.gamma(2, 3, N), 2) for i in range(5)}
    total = np.sum(list(parts.values()), axis=0)
    exact = leaks(tmp_path, {**parts, "x": X}, total, "regression")
    nearly = leaks(tmp_path, {**parts, "x": X}, total + RNG.normal(0, 0.8, N), "regression")
    assert {f for f in exact if f[0] == "PW208"} == {("PW208", "blocked", p) for p in parts}
    assert {f for f in nearly if f[0] == "PW208"} == {("PW208", "alerted", p) for p in parts}


def test_a_strong_predictor_only_alerts(tmp_path):
    assert leaks(tmp_path, {"strong": Y + RNG.normal(0, 0.45, N), "x": X}) == [
        ("PW210", "alerted", "strong")
    ]


def test_a_value_that_fixes_the_class_alerts(tmp_path):
    flag = ((Y == 1) & (RNG.random(N) < 0.3)).astype(int)
    assert leaks(tmp_path, {"flag": flag, "x": X}) == [("PW211", "alerted", "flag")]


def test_rows_kept_because_of_the_outcome_alert(tmp_path):
    rare = (RNG.random(N) < 0.3).astype(int)
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=int(d)) for d in RNG.integers(0, 300, N)]
    late = [
        d + dt.timedelta(days=400) if y and i % 3 == 0 else d
        for i, (d, y) in enumerate(zip(days, rare, strict=True))
    ]
    assert leaks(tmp_path, {"day": late, "x": X}, rare) == [("PW214", "alerted", "day")]


def test_one_override_is_enough_for_a_column(tmp_path):
    override = Override(finding="PW204", column="copy", reason="known before the exam")
    case = make_dataset(tmp_path, {"copy": Y, "x": X, "y": Y}, "y")
    settings = DatasetSettings(overrides=[override])
    assert inspect(case.snapshot, case.schema, case.data, settings).blocked == []


def test_values_of_sensitive_columns_are_not_in_any_finding(tmp_path):
    secret = np.where(Y == 1, "ann@example.org", "bob@example.org")
    case = make_dataset(tmp_path, {"mail": secret, "x": X, "y": Y}, "y", pii={"mail": "email"})
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    assert found.blocked
    assert b"example.org" not in found.to_json()


def _nulls(values):
    return [None if np.isnan(v) else float(v) for v in values]
