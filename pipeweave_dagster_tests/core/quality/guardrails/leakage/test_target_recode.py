"""PW204: copies and recodes of the target are blocked, keys and rare flags are not."""

import numpy as np

from pipeweave_dagster_tests.factories import brief

N = 2000


def test_a_recode_with_one_exception_in_a_thousand_is_blocked(inspect_columns, rng):
    y = rng.choice(["no", "yes"], N)
    recode = np.where(y == "no", "P", "F")
    recode[0] = "F" if recode[0] == "P" else "P"
    found = inspect_columns({"x": rng.random(N), "copy": recode, "y": y})
    assert brief(found.blocked) == [("PW204", "blocked", "copy")]
    assert found.blocked[0].patch == {"columns": {"copy": {"drop": True}}}
    assert (
        "always comes with the same target value (in all but 1 of 2,000" in found.blocked[0].message
    )


def test_bar_exam_recodes_are_blocked_and_a_pure_side_only_alerts(inspect_columns, rng):
    passed = np.where(rng.random(N) < 0.95, 1, 0)
    first = np.where((passed == 1) & (rng.random(N) < 0.93), "P", "F")
    almost = passed.astype(bool)
    almost[7] = ~almost[7]
    columns = {
        "bar2": np.where(passed == 1, "P", "F"),
        "bar": np.select([first == "P", passed == 1], ["a Passed 1st", "b Passed 2nd"], "e Failed"),
        "bar_passed": almost.tolist(),
        "bar1": first,
        "lsat": 36 + 2 * passed + rng.normal(size=N) * 4,
        "y": passed,
    }
    found = inspect_columns(columns)
    blocked = {c for f in found.blocked for c in f.columns}
    leakage = found.of_group("leakage")
    alerted = {c for f in leakage if f.state == "alerted" for c in f.columns}
    assert blocked == {"bar2", "bar", "bar_passed"}
    assert "bar1" in alerted
    assert "lsat" not in alerted


def test_a_column_that_misses_a_tenth_of_a_rare_class_is_not_a_recode(leaks, rng):
    rows = np.arange(20_000)
    y = (rows % 200 == 0).astype(int)
    flag = np.where(rows % 2000 == 0, 0, y)
    found = leaks({"flag": flag, "x": rng.normal(size=len(rows)), "y": y})
    assert ("PW204", "blocked", "flag") not in found


def test_a_key_that_identifies_groups_of_few_rows_is_not_proof(inspect_columns, rng):
    y = np.repeat(rng.choice(["no", "yes"], 200), 3)
    key = [f"k{i}" for i in range(200) for _ in range(3)]
    assert inspect_columns({"key": key, "y": y}).blocked == []
