"""PW215: functions of the target are blocked, whatever the target; honest predictors are not."""

import numpy as np
import pandas as pd
import pytest

N = 1500


def honest(rng, n=N):
    z = rng.normal(size=n)
    return z, {"a": np.round(z + rng.normal(size=n), 2), "b": rng.choice(["u", "v", "w"], n)}


def states(leaks, columns, task, code="PW215"):
    return {f[2]: f[1] for f in leaks(columns, task) if f[0] == code}


@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_flag_at_a_threshold_of_a_number_is_blocked(leaks, rng, heavy, share):
    z, columns = honest(rng)
    y = np.exp(4 + z) if heavy else np.round(3000 + 500 * z)
    flag = np.where(y < np.quantile(y, share), "low", "high")
    flag[0] = "low" if flag[0] == "high" else "high"
    assert states(leaks, columns | {"q": flag, "y": y}, "regression") == {"q": "blocked"}


def test_bins_and_a_flag_for_the_middle_of_a_number_are_blocked(leaks, rng):
    z, columns = honest(rng)
    y = np.round(100 + 15 * z, 2)
    bins = np.array(["under 90", "90-105", "105-120", "over 120"])[np.digitize(y, [90, 105, 120])]
    gaps = np.where(rng.random(N) < 0.2, None, bins)
    usual = (y > 85) & (y < 115)
    columns |= {"bins": bins, "gaps": gaps, "usual": usual.astype(int), "y": y}
    found = states(leaks, columns, "regression")
    assert found == {"bins": "blocked", "gaps": "blocked", "usual": "blocked"}


def test_clusters_that_nature_separates_are_not_proof(leaks, rng):
    """A cluster label predicts a number without exception, but no row lies near its edge."""
    label = rng.integers(0, 3, N)
    y = np.round(100 * label + rng.normal(0, 12, N), 1)
    found = states(leaks, {"x": rng.normal(size=N), "kind": label, "y": y}, "regression")
    assert found == {}


def test_a_strong_but_noisy_flag_is_not_proof(leaks, rng):
    z, columns = honest(rng)
    y = 50 + 10 * z
    flag = (y + rng.normal(0, 0.5, N) > 52).astype(int)
    assert states(leaks, columns | {"q": flag, "y": y}, "regression") == {}


@pytest.mark.parametrize("names", [["none", "minor", "severe"], [1, 2, 3]])
def test_the_indicator_of_one_class_and_a_group_of_classes_are_blocked(leaks, rng, names):
    z, columns = honest(rng)
    k = np.digitize(z, [-0.5, 0.8])
    columns |= {"one": (k == 1).astype(int), "group": np.where(k > 0, "x", "z")}
    columns["y"] = np.array(names)[k]
    found = states(leaks, columns, "multiclass")
    assert found == {"one": "blocked", "group": "blocked"}


@pytest.mark.parametrize("function", [lambda y: np.abs(y - 50), lambda y: np.sin(y / 8)])
def test_a_function_that_rises_and_falls_is_blocked(leaks, rng, function):
    z, columns = honest(rng)
    y = np.round(50 + 12 * z, 2)
    noisy = function(y) + 0.02 * np.ptp(function(y)) * rng.normal(size=N)
    found = states(leaks, columns | {"q": function(y), "noisy": noisy, "y": y}, "regression")
    assert found == {"q": "blocked"}


def test_stars_as_numbers_and_their_flag_are_blocked(leaks, rng):
    z, columns = honest(rng)
    y = np.clip(np.round(3.5 + z), 1, 5).astype(int)
    found = states(leaks, columns | {"good": y >= 4, "y": y}, "regression")
    assert found == {"good": "blocked"}


def test_an_amount_that_only_one_of_several_classes_has_is_blocked(leaks, rng):
    z, columns = honest(rng)
    k = np.digitize(z, [-0.5, 0.8])
    columns["refund"] = np.where(k == 2, np.round(rng.gamma(2, 30, N) + 1, 2), 0.0)
    columns["y"] = np.array(["kept", "exchanged", "returned"])[k]
    assert states(leaks, columns, "multiclass") == {"refund": "blocked"}


def test_an_attribute_that_nature_ties_to_a_class_is_no_proof(leaks, rng):
    """Feathers belong to birds only, but the other columns know a bird as well."""
    kind = rng.integers(0, 3, N)
    columns = {f"x{i}": kind * 2 + rng.normal(size=N) for i in range(6)}
    columns |= {"feathers": (kind == 2).astype(int), "y": np.array(["fish", "ape", "bird"])[kind]}
    assert "blocked" not in states(leaks, columns, "multiclass").values()


def test_a_value_with_one_class_is_no_proof_where_the_other_values_inform(leaks, rng):
    """As in the nursery data: one value fixes a class, the others still shift the rest."""
    health = rng.integers(0, 3, N)
    chance = rng.random(N)
    k = np.where(health == 0, 0, np.where(chance < np.where(health == 1, 0.2, 0.8), 1, 2))
    columns = {"x": rng.normal(size=N), "health": np.array(list("abc"))[health]}
    assert states(leaks, columns | {"y": np.array(["no", "maybe", "yes"])[k]}, "multiclass") == {}


def test_attributes_of_few_entities_with_one_target_each_are_not_blocked(leaks, rng):
    """A price per product makes each attribute of the product a function of the price."""
    entity = rng.integers(0, 30, N)
    price = np.sort(rng.choice(np.arange(300, 900, 10), 30, replace=False))
    columns = {"ram": rng.choice([4, 8, 16], 30), "screen": rng.choice([13, 14, 15], 30)}
    columns |= {"cpu": rng.choice([5, 7], 30), "disk": rng.choice([256, 512, 1024], 30)}
    columns = {name: values[entity] for name, values in columns.items()} | {"y": price[entity]}
    assert states(leaks, columns, "regression") == {}


def test_small_tables_and_rare_groups_stay_usable(leaks, rng):
    y = rng.normal(size=60)
    assert states(leaks, {"x": y + rng.normal(size=60), "q": y > 0, "y": y}, "regression") == {}
    y = rng.permutation(["a"] * 300 + ["b"] * 295 + ["c"] * 5)
    assert states(leaks, {"q": y == "c", "x": rng.normal(size=600), "y": y}, "multiclass") == {}


def test_the_message_names_the_rule(findings_of, rng):
    z, columns = honest(rng)
    y = np.round(3000 + 500 * z)
    table = pd.DataFrame(columns | {"q": y >= 3100, "y": y})
    found = findings_of("PW215", {name: table[name].to_numpy() for name in table}, "regression")
    assert "changes only where the target passes 3,1" in found[0].message
    assert found[0].patch == {"columns": {"q": {"drop": True}}}
