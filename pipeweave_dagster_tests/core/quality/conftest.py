"""A shorthand: columns in, the findings that carry information out."""

import datetime as dt
from itertools import count

import numpy as np
import pytest

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset

START = dt.date(2020, 1, 1)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def inspect_columns(tmp_path):
    """All findings of a table whose target is `y`."""
    numbers = count()

    def inspect_columns_(columns, task="binary", *, settings=None, previous=None, **more):
        case = _dataset(tmp_path, next(numbers), columns, task, more)
        version = None
        if previous is not None:
            old = _dataset(tmp_path, next(numbers), previous, task, more)
            version = Version(snapshot=old.snapshot, meaning=old.schema, data=old.data)
        settings = settings or DatasetSettings()
        return inspect(case.snapshot, case.schema, case.data, settings, version)

    return inspect_columns_


def _dataset(tmp_path, number, columns, task, more):
    folder = tmp_path / str(number)
    folder.mkdir()
    return make_dataset(folder, columns, more.pop("target", "y"), task, **more)


@pytest.fixture
def findings_of(inspect_columns):
    """The findings of one code, without those that passed without figures."""

    def findings_of_(code, columns, task="binary", **more):
        found = inspect_columns(columns, task, **more).findings
        return [f for f in found if f.code == code and (f.state != "passed" or f.evidence)]

    return findings_of_


@pytest.fixture
def leaks(inspect_columns):
    """Code, state and columns of every leakage finding that did not pass."""

    def leaks_(columns, task="binary", **more):
        found = inspect_columns(columns, task, **more).of_group("leakage")
        return [(f.code, f.state, *f.columns) for f in found if f.state != "passed"]

    return leaks_


@pytest.fixture(scope="session")
def by_time():
    """What a column tells about the target changes with time."""
    rng = np.random.default_rng(0)
    day = np.arange(500)
    level = np.cumsum(rng.normal(size=500))
    x = rng.normal(size=500)
    days = [START + dt.timedelta(days=int(d)) for d in day]
    return {"day": days, "x": x, "z": rng.normal(size=500), "y": level + x}


@pytest.fixture(scope="session")
def by_group():
    """Patients with eight visits each; age and weight identify them."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(60), 8)
    age, weight, level = (rng.normal(size=60)[patient] for _ in range(3))
    return {
        "patient": [f"p{k}" for k in patient],
        "visit": np.tile(np.arange(8), 60),
        "age": age.round(3),
        "weight": weight.round(3),
        "y": level + 0.3 * rng.normal(size=480),
    }


@pytest.fixture(scope="session")
def plain():
    """A date, a town and a shop that have nothing to do with one another."""
    rng = np.random.default_rng(0)
    n = 480
    days = [START + dt.timedelta(days=int(d)) for d in rng.integers(0, 200, n)]
    x, town = rng.normal(size=n), rng.integers(0, 25, n)
    y = x + rng.normal(size=25)[town] + rng.normal(size=n)
    return {"day": days, "x": x, "town": [f"t{k}" for k in town], "y": y}
