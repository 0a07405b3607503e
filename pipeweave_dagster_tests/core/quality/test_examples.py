"""The examples in the docstrings of quality, monitoring, landing and expectations run."""

import doctest
import importlib
import pkgutil

import pytest

from pipeweave_dagster.core import expectations, landing, monitoring, quality

MODULES = [
    name
    for package in (quality, monitoring, landing, expectations)
    for name in [
        package.__name__,
        *(f"{package.__name__}.{info.name}" for info in pkgutil.iter_modules(package.__path__)),
    ]
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
