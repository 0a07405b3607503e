"""PW202: a column in the order of the target is proof, unless the classes are far apart anyway."""

import numpy as np

N = 1000


def test_a_threshold_that_separates_the_classes_is_blocked(leaks, rng):
    y = rng.integers(0, 2, N)
    amount = np.where(y == 1, rng.gamma(2, 9, N) + 0.01, 0.0)
    found = leaks({"amount": amount, "x": rng.normal(size=N), "y": y})
    assert found == [("PW202", "blocked", "amount")]


def test_classes_that_are_separated_in_many_columns_only_alert(leaks, rng):
    y = rng.integers(0, 2, N)
    columns = {f"x{i}": y * 3 + rng.normal(size=N) for i in range(3)}
    found = leaks({"clear": y * 50 + rng.normal(size=N), **columns, "y": y})
    assert found
    assert all(state == "alerted" for _, state, *_ in found)


def test_classes_with_a_wide_gap_between_them_only_alert(leaks, rng):
    y = rng.integers(0, 2, N)
    length, width = y * 30 + rng.normal(size=N), y * 20 + rng.normal(size=N)
    other = 2.5 * y + rng.normal(size=N)
    found = leaks({"length": length, "width": width, "other": other, "y": y})
    assert {state for _, state, *_ in found} == {"alerted"}


def test_a_row_number_of_a_sorted_file_is_already_dropped(leaks, rng):
    columns = {"row": np.arange(N), "x": rng.normal(size=N), "y": np.sort(rng.integers(0, 2, N))}
    assert leaks(columns, roles={"row": "identifier"}) == [("PW202", "fixed", "row")]


def test_contiguous_ranges_that_are_the_classes_are_blocked(leaks, rng):
    label = np.array(["b", "a", "d", "c"])[np.arange(N) * 4 // N]
    columns = {"row": np.arange(N), "x": rng.normal(size=N), "y": label}
    assert ("PW202", "blocked", "row") in leaks(columns, "multiclass")


def test_a_rank_of_a_numeric_target_is_blocked(leaks, rng):
    number = np.round(rng.gamma(2, 50, N), 2)
    columns = {"noise": rng.normal(size=N), "rank": np.argsort(np.argsort(-number)), "y": number}
    assert leaks(columns, "regression") == [("PW202", "blocked", "rank")]


def test_series_that_grow_together_are_no_proof_but_a_copy_is(leaks, rng):
    product = np.cumsum(rng.normal(10, 6, N)) + 1000
    consumption = 0.6 * product + np.cumsum(rng.normal(0, 3, N))
    columns = {"consumption": consumption, "other": rng.normal(size=N), "y": product}
    assert "blocked" not in {state for _, state, *_ in leaks(columns, "regression")}
    copied = leaks({**columns, "copy": np.log(product)}, "regression")
    assert "copy" in {name for _, state, name in copied if state == "blocked"}


def test_a_rank_in_a_file_that_is_sorted_by_the_target_is_blocked(leaks, rng):
    worth = np.sort(rng.pareto(2, N))[::-1].round(2)
    columns = {"place": np.arange(N) // 2, "other": rng.normal(size=N), "y": worth}
    assert "place" in {
        name for _, state, name in leaks(columns, "regression") if state == "blocked"
    }
