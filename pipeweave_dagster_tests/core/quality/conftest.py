"""A shorthand: columns in, the findings that carry information out."""

from itertools import count

import numpy as np
import pytest

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset


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
