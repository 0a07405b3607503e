"""Asking a sample first changes nothing in what the formula search finds on many rows."""

import numpy as np
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.formulas import class_search
from pipeweave_dagster_tests.factories import make_dataset

N = 12_000


def noisy(classes, share, rng):
    """Classes of which a share is drawn again."""
    return np.where(rng.random(len(classes)) < share, rng.permutation(classes), classes)


def made(kind, rng):
    a, b = rng.normal(size=N).round(3), rng.normal(size=N).round(3)
    whole, other = rng.integers(0, 40, N), rng.integers(0, 40, N)
    towns = {f"town {i}": rng.choice(["Ulm", "Bonn", "Kiel", "Jena"], N) for i in range(4)}
    same = (towns["town 1"] == towns["town 3"]).astype(int)
    targets = {
        "a > b": (a > b).astype(int),
        "a > b, 1 % wrong": noisy((a > b).astype(int), 0.02, rng),
        "a > b, 12 % wrong": noisy((a > b).astype(int), 0.24, rng),
        "a rare sum": (a + b > 3).astype(int),
        "a rare sum, wrong": noisy((a + b > 3).astype(int), 0.001, rng),
        "whole numbers": (whole > other).astype(int),
        "three ranges": np.digitize(a - b, [-1, 1]),
        "three ranges, 3 % wrong": noisy(np.digitize(a - b, [-1, 1]), 0.05, rng),
        "equal towns": same,
        "equal towns, 2 % wrong": noisy(same, 0.04, rng),
        "equal towns, 20 % wrong": noisy(same, 0.4, rng),
        "noise": rng.integers(0, 2, N),
    }
    return {"a": a, "b": b, "whole": whole, "other": other, **towns}, targets[kind]


KINDS = (
    "a > b",
    "a > b, 1 % wrong",
    "a > b, 12 % wrong",
    "a rare sum",
    "a rare sum, wrong",
    "whole numbers",
    "three ranges",
    "three ranges, 3 % wrong",
    "equal towns",
    "equal towns, 2 % wrong",
    "equal towns, 20 % wrong",
    "noise",
)
LEFT = {"a > b, 12 % wrong", "three ranges, 3 % wrong", "equal towns, 20 % wrong", "noise"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_asked_first_changes_no_formula(kind, tmp_path, monkeypatch):
    columns, target = made(kind, np.random.default_rng(KINDS.index(kind)))
    task = "multiclass" if kind.startswith("three") else "binary"
    dataset = make_dataset(tmp_path, {**columns, "y": target}, "y", task)

    def formulas():
        return Case.of(dataset.snapshot, dataset.schema, dataset.data, DatasetSettings()).formulas

    found = formulas()
    monkeypatch.setattr(class_search, "MUCH_MORE", N)
    assert formulas() == found
    monkeypatch.undo()
    assert bool(found.formulas) == (kind not in LEFT)
    assert any(_asked(formulas, monkeypatch)) == (not kind.startswith("three"))


def _asked(formulas, monkeypatch):
    asked = []
    fails = class_search._fails_on_some

    def noted(*given):
        asked.append(fails(*given))
        return asked[-1]

    monkeypatch.setattr(class_search, "_fails_on_some", noted)
    formulas()
    return asked
