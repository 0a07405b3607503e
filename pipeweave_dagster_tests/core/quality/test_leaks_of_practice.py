"""Leaks as real tables have them: found whatever the names, with the honest columns left alone."""

import numpy as np
import pandas as pd
import pytest

N = 1200
SCORE = ["age", "income", "visits", "region", "plan"]


def customers(rng):
    """Honest columns, and a score that they explain in part."""
    age, income = rng.normal(45, 14, N).round(), np.exp(rng.normal(10, 0.6, N)).round(-1)
    region, plan = rng.choice(list("NSEW"), N), rng.choice(["basic", "plus", "pro"], N)
    z = (age - 45) / 14 + (np.log(income) - 10) / 0.6 + 0.7 * (plan == "pro")
    z = z / z.std() + rng.normal(0, 0.8, N)
    visits = rng.poisson(3, N)
    return z, {"age": age, "income": income, "visits": visits, "region": region, "plan": plan}


def loan(rng, z):
    """Recoveries and a collection fee exist for defaults only."""
    status = np.where(z > 0.9, "Charged Off", np.where(z < 0.2, "Fully Paid", "Current"))
    off = status == "Charged Off"
    amounts = {"recoveries": np.where(off, rng.gamma(2, 200, N).round(2) + 1, 0)}
    return {**amounts, "y": status}, "multiclass", {"recoveries": "blocked"}


def hospital(rng, z):
    """Each way of discharge belongs to one outcome."""
    died = z > 1.2
    ways = np.where(died, rng.choice(["expired", "hospice"], N), rng.choice(["home", "rehab"], N))
    return {"way": ways, "y": died.astype(int)}, "binary", {"way": "blocked"}


def lifeboats(rng, z):
    """A boat for nearly all survivors, a body number for some of the dead."""
    saved = z > 0.5
    boat = np.where(saved & (rng.random(N) < 0.97), rng.integers(1, 16, N).astype(str), None)
    body = np.where(~saved & (rng.random(N) < 0.15), rng.integers(1, 330, N), np.nan)
    columns = {"boat": boat, "body": body, "y": saved.astype(int)}
    return columns, "binary", {"boat": "any", "body": "any"}


def churn(rng, z):
    """A reason in words, only of those who left."""
    left = z > 0.8
    reason = np.where(left, rng.choice(["price", "moved", "service"], N), None)
    return {"reason": reason, "y": np.where(left, "yes", "no")}, "binary", {"reason": "blocked"}


def exam(rng, z):
    """A pass mark, grades and the points that they are made of."""
    points = np.clip(np.round(55 + 15 * z), 0, 100)
    grade = np.array(list("FEDCBA"))[np.digitize(points, [40, 50, 60, 70, 85])]
    columns = {"passed": points >= 50, "grade": grade, "y": points}
    return columns, "regression", {"passed": "blocked", "grade": "blocked"}


def houses(rng, z):
    """A price band beside the price, and a flag of the upper tenth."""
    price = np.exp(12.3 + 0.4 * z).round(-2)
    band = pd.cut(price, [0, 150e3, 250e3, 400e3, 1e9], labels=["A", "B", "C", "D"])
    luxury = (price > np.quantile(price, 0.9)).astype(int)
    columns = {"band": np.asarray(band.astype(str)), "luxury": luxury, "y": price}
    return columns, "regression", {"band": "blocked", "luxury": "blocked"}


def work(rng, z):
    """Hours and wage of those who work; a state of three classes and its flag."""
    state = np.array(["out", "seeking", "employed"])[np.digitize(z, [-0.4, 0.2])]
    hours = np.where(state == "employed", rng.integers(5, 60, N), 0)
    flag = (state != "out").astype(int)
    columns = {"hours": hours, "active": flag, "y": state}
    return columns, "multiclass", {"hours": "blocked", "active": "blocked"}


def returns(rng, z):
    """A refund where the order was returned, as the number to predict is zero otherwise."""
    refund = np.where(z > 0.7, np.exp(3 + 0.5 * z).round(2), 0)
    return {"returned": refund > 0, "y": refund}, "regression", {"returned": "blocked"}


def sorted_file(rng, z):
    """A row number of a file that was sorted by class."""
    y = np.digitize(z, [-0.5, 0.6])
    number = np.argsort(np.argsort(y, kind="stable"), kind="stable") + 1
    return {"no": number, "y": np.array(["a", "b", "c"])[y]}, "multiclass", {"no": "blocked"}


CASES = [loan, hospital, lifeboats, churn, exam, houses, work, returns, sorted_file]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("hidden", [False, True])
def test_leaks_are_found_and_honest_columns_are_not(inspect_columns, rng, case, hidden):
    z, honest = customers(rng)
    planted, task, expected = case(rng, z)
    columns = honest | planted
    names = {name: f"c{i}" if hidden and name != "y" else name for i, name in enumerate(columns)}
    order = rng.permutation(N)
    shuffled = {names[name]: np.asarray(values)[order] for name, values in columns.items()}
    found = inspect_columns(shuffled, task).of_group("leakage")
    states = {f.columns[0]: f.state for f in found if f.state != "passed"}
    for name, state in expected.items():
        assert states.get(names[name]) in ({state} if state != "any" else {"blocked", "alerted"})
    assert not {names[name] for name in SCORE} & states.keys()
