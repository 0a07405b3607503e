"""Honest tables of several fields, and the latent score that their targets depend on."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

Rng = np.random.Generator
MIN_COLUMNS, MAX_COLUMNS = 5, 60


class Host(NamedTuple):
    """Honest columns, a score of mean 0 and spread 1 that they explain in part, and names left."""

    frame: pd.DataFrame
    score: np.ndarray
    names: list[str]


def clinic(rng: Rng, n: int) -> tuple[dict[str, object], np.ndarray]:
    """Ages, wards and laboratory values, some of them not measured."""
    age, bmi = rng.integers(18, 95, n), rng.normal(26, 4.5, n).round(1)
    ward = rng.choice(["cardio", "ortho", "neuro", "general"], n, p=[0.2, 0.3, 0.1, 0.4])
    marker = np.exp(rng.normal(1.2, 0.9, n)).round(2)
    raw = (age - 56) / 25 + 0.5 * np.log(marker) + 0.4 * (ward == "neuro")
    marker = np.where(rng.random(n) < 0.12, np.nan, marker)
    smoker = rng.choice(["y", "n"], n, p=[0.3, 0.7])
    admitted = pd.Timestamp("2021-03-01") + pd.to_timedelta(rng.integers(0, 900, n), "D")
    return {
        "age": age, "bmi": bmi, "ward": ward, "crp": marker, "smoker": smoker,
        "admitted": admitted.strftime("%d.%m.%Y"),
    }, raw  # fmt: skip


def shop(rng: Rng, n: int) -> tuple[dict[str, object], np.ndarray]:
    """Orders of many products, with heavy-tailed amounts."""
    product = rng.integers(0, 40, n)
    basket, units = np.exp(rng.normal(3.5, 1.1, n)).round(2), rng.poisson(2, n) + 1
    channel = rng.choice(["web", "app", "store", None], n, p=[0.5, 0.3, 0.15, 0.05])
    effect = rng.normal(0, 0.6, 40)
    raw = effect[product] + 0.5 * np.log(basket) + 0.3 * (channel == "app")
    return {
        "order": rng.permutation(n) + 70_000, "product": [f"P{p:03d}" for p in product],
        "basket": basket, "units": units, "channel": channel,
    }, raw  # fmt: skip


def survey(rng: Rng, n: int) -> tuple[dict[str, object], np.ndarray]:
    """Answers from 1 to 5 with a common factor, and groups."""
    mood = rng.normal(size=n)
    items = {
        f"item_{i}": np.clip(np.round(3 + 0.8 * mood + rng.normal(0, 1, n)), 1, 5).astype(int)
        for i in range(6)
    }
    region = rng.choice([f"R{i}" for i in range(12)], n)
    return {**items, "region": region, "weight": rng.gamma(5, 0.2, n).round(3)}, mood


def machine(rng: Rng, n: int) -> tuple[dict[str, object], np.ndarray]:
    """Sensors in order of time, one of them a strong predictor."""
    load = np.sin(np.arange(n) / 40) + rng.normal(0, 0.6, n)
    heat = (60 + 9 * load + rng.normal(0, 3, n)).round(1)
    pressure = np.exp(0.4 * load + rng.normal(0, 0.3, n)).round(3)
    began = pd.Timestamp("2024-01-01 06:00")
    stamp = (began + pd.to_timedelta(np.arange(n) * 7, "min")).strftime("%Y-%m-%d %H:%M:%S")
    line = rng.choice(["L1", "L2", "L3"], n)
    return {"stamp": stamp, "heat": heat, "pressure": pressure, "line": line}, load


HOSTS: list[Callable[[Rng, int], tuple[dict[str, object], np.ndarray]]] = [
    clinic, shop, survey, machine,
]  # fmt: skip


def make_host(rng: Rng, n: int) -> Host:
    """Return one of the hosts with 5 to 60 columns in any order; the further ones are noise."""
    columns, raw = HOSTS[rng.integers(len(HOSTS))](rng, n)
    score = (raw - raw.mean()) / raw.std() + rng.normal(0, rng.choice([0.25, 0.6, 1.0]), n)
    score = (score - score.mean()) / score.std()
    wanted = int(rng.integers(MIN_COLUMNS, MAX_COLUMNS))
    while len(columns) < wanted:
        columns[f"v{len(columns)}"] = noise(rng, n)
    frame = pd.DataFrame(columns)
    frame = frame[list(rng.permutation(frame.columns))]
    letters = [f"{a}{b}" for a in "ghkqtuz" for b in range(10, 99)]
    return Host(frame, score, list(rng.permutation(letters)))


def noise(rng: Rng, n: int) -> object:
    """Return an uninformative column of any type, some with gaps."""
    kinds = [
        lambda: rng.normal(100, 20, n).round(2),
        lambda: rng.integers(0, 2, n),
        lambda: np.exp(rng.normal(0, 2, n)).round(3),
        lambda: rng.choice(list("abcde"), n, p=[0.6, 0.2, 0.1, 0.07, 0.03]),
        lambda: rng.integers(0, 500, n),
        lambda: np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n).round(3)),
        lambda: np.where(rng.random(n) < 0.9, 0, rng.gamma(2, 30, n).round(2)),
    ]
    return kinds[rng.integers(len(kinds))]()
