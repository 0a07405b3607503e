"""Fifty damaged files: each loads with every row accounted for, or ends in a coded error."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_SCRIPT = Path(__file__).parents[3] / "benchmarks" / "fuzz.py"


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("fuzz", _SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fifty_damaged_files(fuzz, tmp_path):
    ends = [fuzz.read(fuzz.sample(seed), tmp_path) for seed in range(10_000, 10_050)]
    assert set(ends) == {"loaded", "VALIDATION_ERROR"}
    assert ends.count("loaded") > 20
