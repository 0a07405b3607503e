"""Leaks in one column: flags, bins, groups of classes, ranks, functions, words."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from leak_table_parts.hosts import Rng

Leak = tuple[str, dict[str, object], str, dict[str, str]]
"""Kind, new columns (`y` is the target, leaks are `q1`, `q2`, ...), task, kind A or B by leak."""


def single_columns(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    """Yield the leaks that follow from a score."""
    yield from _of_classes(rng, z)
    yield from _of_numbers(rng, z)
    yield from _texts(rng, z)


def _of_classes(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    n = len(z)
    k = np.digitize(z, np.quantile(z, [0.04, 0.4, 0.55, 0.8, min(0.97, 1 - 40 / n)]))
    names = np.array(["zebra", "alder", "beech", "cedar", "elm", "fir"])[k]
    rare = np.where(rng.random(n) < 0.03, None, np.where(k == 5, "yes", "no"))
    middle = np.where(k == 3, "1", "0")
    yield "indicator_of_a_class_a", {"q1": middle, "y": names}, "multiclass", {"q1": "A"}
    yield "indicator_of_a_class_b", {"q1": rare, "y": names}, "multiclass", {"q1": "A"}
    many = np.digitize(z + rng.normal(0, 0.4, n), np.quantile(z, np.arange(1, 20) / 20))
    genus = np.array(["Pinus", "Abies", "Larix"])[rng.permutation(np.arange(20) % 3)[many]]
    species = np.array([f"species {i}" for i in range(20)])[many]
    yield "class_grouping", {"q1": genus, "y": species}, "multiclass", {"q1": "A"}
    stars = np.clip(np.round(6 + 2 * z), 1, 10).astype(int)
    word = np.array(["bad", "mid", "good"])[np.digitize(stars, [4, 8])]
    yield "coarsened_stars_a", {"q1": word, "y": stars}, "regression", {"q1": "A"}
    level = np.array(["poor", "fair", "good", "excellent"])[np.digitize(z, [-1, 0.2, 1.1])]
    sign = np.where(np.isin(level, ["poor", "fair"]), "-", "+")
    if n > 3000:
        sign[rng.integers(n)] = "+"
    yield "coarsened_stars_b", {"q1": sign, "y": level}, "multiclass", {"q1": "A"}
    amount = np.where(k == 4, rng.gamma(2, 40, n).round(2) + 1, 0)
    yield "amount_of_a_class", {"q1": amount, "y": names}, "multiclass", {"q1": "A"}
    gone = np.where(k >= 4, rng.integers(1, 400, n).astype(float), np.nan)
    late = np.where(k >= 4, "returned", "kept")
    yield "filled_for_a_class", {"q1": gone, "y": late}, "binary", {"q1": "A"}


def _of_numbers(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    n = len(z)
    heavy = np.exp(5 + 1.2 * z).round(2)
    flag = np.where(heavy > np.quantile(heavy, 0.9), "H", "L")
    if n > 3000:
        flag[rng.integers(n)] = "H"
    yield "coarsened_target_a", {"q1": flag, "y": heavy}, "regression", {"q1": "A"}
    points = np.clip(np.round(30 + 11 * z), 0, 60)
    passed = np.where(rng.random(n) < 0.1, None, points >= 24)
    yield "coarsened_target_b", {"q1": passed, "y": points}, "regression", {"q1": "A"}
    width = 10 * np.floor((50 + 12 * z) / 10).astype(int)
    labels = [f"{low}-{low + 10}" for low in width]
    exact = (50 + 12 * z).round(2)
    yield "binned_target_a", {"q1": labels, "y": exact}, "regression", {"q1": "A"}
    usual = np.where(np.abs(z) < 1, "usual", "unusual")
    yield "binned_target_b", {"q1": usual, "y": exact}, "regression", {"q1": "A"}
    refund = np.where(z > 0.6, (20 * (z + 1)).round(2), 0)
    yield "zero_or_not", {"q1": (refund > 0) * 1, "y": refund}, "regression", {"q1": "A"}
    rank = pd.Series(exact).rank(pct=True).round(3)
    yield "rank_of_target_a", {"q1": rank, "y": exact}, "regression", {"q1": "A"}
    place = pd.Series(-heavy).rank(method="first").where(rng.random(n) > 0.005)
    yield "rank_of_target_b", {"q1": place, "y": heavy}, "regression", {"q1": "A"}
    yield "function_a", {"q1": (32 + 1.8 * exact).round(1), "y": exact}, "regression", {"q1": "A"}
    distance = np.abs(exact - 50).round(2)
    yield "function_b", {"q1": distance, "y": exact}, "regression", {"q1": "A"}


def _texts(rng: Rng, z: np.ndarray) -> Iterator[Leak]:
    n = len(z)
    k = np.digitize(z, np.quantile(z, [0.5, 0.8]))
    ways = [["granted", "approved in full"], ["declined by board", "refused"], ["withdrawn"]]
    people = rng.choice(["Ann Lee", "Bo Kim", "Cy Ray", "Di Fox"], n)
    note = [
        f"File {i:05d} {rng.choice(ways[c])} ({who})"
        for i, (c, who) in enumerate(zip(k, people, strict=True))
    ]
    result = np.array(["yes", "no", "none"])[k]
    yield "outcome_in_text_a", {"q1": note, "y": result}, "multiclass", {"q1": "A"}
    late = z > np.quantile(z, 0.7)
    key = [f"{'X' if v else 'B'}{i:06d}" for i, v in enumerate(late)]
    yield "outcome_in_text_b", {"q1": key, "y": np.where(late, 1, 0)}, "binary", {"q1": "A"}
    price = (900 + 150 * z).round(0)
    offer = [f"lot {i}: sold at {p:.0f} kr" for i, p in enumerate(price)]
    yield "number_in_text", {"q1": offer, "y": price}, "regression", {"q1": "A"}
    first = np.array(["Accepted", "Rejected", "Pending", "Queried"])[rng.integers(0, 4, n)]
    letter = np.array([word[0] for word in first])
    letter = np.where(rng.random(n) < 0.08, None, letter)
    yield "first_letter", {"q1": letter, "y": first}, "multiclass", {"q1": "A"}
