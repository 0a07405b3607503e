"""The examples in docstrings of reading, schema, columns and texts give what they show."""

import doctest
import importlib
from pathlib import Path

import pytest

import pipeweave_dagster.core as core

ROOT = Path(core.__path__[0])
PARTS = [
    "ingest", "schema", "columns", "naming.py", "counted.py", "trial_states.py",
    "number_format.py", "metrics/signal.py",
]  # fmt: skip
MODULES = [
    ".".join(("pipeweave_dagster", "core", *path.relative_to(ROOT).with_suffix("").parts))
    for part in PARTS
    for path in sorted([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name.removesuffix(".__init__"))
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
