"""Leaks in formulas over two or more columns."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from leak_table_parts.hosts import Rng
from leak_table_parts.single_columns import Leak

DAY = pd.Timestamp("2022-06-01")


def formulas(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    """Yield the leaks that follow from a score."""
    yield from _times(rng, z)
    yield from _amounts(rng, z)
    yield from _counts(rng, z)


def _stamps(minutes: np.ndarray, form: str) -> np.ndarray:
    return (DAY + pd.to_timedelta(minutes, "min")).strftime(form).to_numpy()


def _times(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    n = len(z)
    late = z > np.quantile(z, 0.75)
    plan = rng.integers(0, 1440, n)
    delay = np.where(late, rng.integers(20, 150, n), rng.integers(-15, 20, n))
    both = {"q1": _stamps(plan, "%H:%M"), "q2": _stamps(plan + delay, "%H:%M")}
    yield "difference_of_times_a", {**both, "y": np.where(late, "L", "P")}, "binary", {"q2": "A"}
    opened = rng.integers(0, 400_000, n)
    took = np.where(late, rng.integers(240, 3000, n), rng.integers(1, 240, n))
    both = {"q1": _stamps(opened, "%Y-%m-%d %H:%M"), "q2": _stamps(opened + took, "%Y-%m-%d %H:%M")}
    yield "difference_of_times_b", {**both, "y": late * 1}, "binary", {"q2": "A"}
    took = np.maximum(1, 90 + 30 * z).round()
    both = {"q1": _stamps(opened, "%Y-%m-%d %H:%M"), "q2": _stamps(opened + took, "%Y-%m-%d %H:%M")}
    yield "difference_of_times_c", {**both, "y": took}, "regression", {"q2": "A"}
    began = 1440 * rng.integers(0, 800, n)
    stay = np.maximum(0, np.round(6 + 3 * z))
    both = {"q1": _stamps(began, "%d.%m.%Y"), "q2": _stamps(began + 1440 * stay, "%d.%m.%Y")}
    yield "days_between_dates_a", {**both, "y": stay}, "regression", {"q2": "A"}
    weeks = np.maximum(0, np.round(10 + 4 * z))
    end = began + 1440 * (7 * weeks + rng.integers(0, 7, n))
    both = {"q1": _stamps(began, "%Y-%m-%d"), "q2": _stamps(end, "%Y-%m-%d")}
    yield "days_between_dates_b", {**both, "y": weeks}, "regression", {"q2": "A"}
    due, back = (
        began,
        began + 1440 * np.where(late, rng.integers(1, 60, n), -rng.integers(0, 30, n)),
    )
    both = {"q1": _stamps(due, "%Y-%m-%d"), "q2": _stamps(back, "%Y-%m-%d")}
    yield (
        "date_after_the_event_a",
        {**both, "y": np.where(late, "over", "fine")},
        "binary",
        {"q2": "A"},
    )
    closed = np.where(late, _stamps(began - 1440 * 3, "%d/%m/%Y"), _stamps(began, "%d/%m/%Y"))
    both = {"q1": _stamps(began, "%d/%m/%Y"), "q2": closed}
    yield "date_after_the_event_b", {**both, "y": np.where(late, "T", "F")}, "binary", {"q2": "A"}


def _amounts(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    n = len(z)
    home, away = rng.poisson(1.5 + 0.5 * (z > 0), n), rng.poisson(1.3, n)
    result = np.where(home > away, "H", np.where(home < away, "A", "D"))
    goals = {"q1": home, "q2": away, "y": result}
    yield "comparison_a", goals, "multiclass", {"q1": "A", "q2": "A"}
    limit, spent = rng.gamma(3, 300, n).round(0), rng.gamma(3, 100, n).round(0)
    spent = np.where(z > 0.8, limit * rng.uniform(1.01, 2, n), np.minimum(spent, limit)).round(0)
    over = np.where(rng.random(n) < 0.02, z <= 0.8, z > 0.8)
    yield "comparison_b", {"q1": limit, "q2": spent, "y": over * 1}, "binary", {"q2": "B"}
    parts = [np.round(rng.gamma(2, np.exp(0.3 * z) * 15)) for _ in range(3)]
    whole = (sum(parts) + rng.integers(-1, 2, n)).astype(int)
    named = {f"q{i + 1}": part for i, part in enumerate(parts)}
    yield "sum_of_parts_a", {**named, "y": whole}, "regression", dict.fromkeys(named, "B")
    marks = [np.clip(np.round(3 + z + rng.normal(0, 1, n)), 1, 5) for _ in range(5)]
    named = {f"q{i + 1}": mark for i, mark in enumerate(marks)}
    mean = np.mean(marks, axis=0).round(1)
    yield "sum_of_parts_b", {**named, "y": mean}, "regression", dict.fromkeys(named, "B")
    cost, tax = rng.gamma(4, 50, n).round(2), rng.gamma(2, 10, n).round(2)
    profit = (30 * z + rng.normal(0, 4, n)).round(2)
    money = {"q1": cost, "q2": tax, "q3": (cost + tax + profit).round(2), "y": profit}
    yield "rest_of_a_total", money, "regression", {"q3": "B"}
    unit = rng.choice(["kg", "lb", "st"], n, p=[0.6, 0.3, 0.1])
    kilos = (70 + 12 * z).round(1)
    shown = (kilos / pd.Series(unit).map({"kg": 1, "lb": 0.45359, "st": 6.35029}).to_numpy()).round(
        1
    )
    yield "factor_by_category_a", {"q1": unit, "q2": shown, "y": kilos}, "regression", {"q2": "A"}
    tier, amount = rng.integers(0, 8, n), np.maximum(1, np.round(np.exp(2 + 0.6 * z)))
    rates = rng.uniform(2, 90, 8).round(2)
    bill = {"q1": [f"tier {t}" for t in tier], "q2": amount, "y": (amount * rates[tier]).round(2)}
    yield "factor_by_category_b", bill, "regression", {"q2": "A"}
    size = rng.gamma(5, 20, n).round(0) + 5
    hits = np.round(size / (1 + np.exp(-z)))
    ratio = {"q1": size, "q2": hits, "y": (100 * hits / size).round(1)}
    yield "percentage_of_two_a", ratio, "regression", {"q2": "B"}
    height = rng.normal(1.72, 0.09, n).round(2)
    mass = ((24 + 3.5 * z) * height**2).round(1)
    body = {"q1": height, "q2": mass, "y": (mass / height**2).round(1)}
    yield "percentage_of_two_b", body, "regression", {"q2": "B"}


def _counts(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    seen = rng.random((len(z), 5)) < 1 / (1 + np.exp(-1.2 * z))[:, None]
    marks = {f"q{i + 1}": np.where(seen[:, i], "yes", "no") for i in range(5)}
    yield "count_of_yes", {**marks, "y": seen.sum(1)}, "regression", dict.fromkeys(marks, "B")
    gaps = {
        f"q{i + 1}": np.where(seen[:, i], rng.gamma(2, 9, len(z)).round(1), np.nan)
        for i in range(5)
    }
    enough = np.where(seen.sum(1) >= 3, "complete", "open")
    yield "count_of_filled", {**gaps, "y": enough}, "binary", dict.fromkeys(gaps, "B")
