"""Every guardrail has a code of its own, says why, has a test, and stands in the reference."""

import sys
from pathlib import Path

import pytest

from pipeweave_dagster.core.quality.registry import GUARDRAILS

HERE = Path(__file__).parent
REFERENCE = HERE.parents[2] / "docs" / "reference" / "findings.md"
CODES = [guardrail.code for guardrail in GUARDRAILS]


def test_codes_are_unique_and_in_order():
    assert sorted(set(CODES)) == CODES


def test_every_module_is_registered_in_the_folder_of_its_group():
    folder = Path(sys.modules["pipeweave_dagster.core.quality.guardrails"].__file__).parent
    assert len(list(folder.glob("*/[!_]*.py"))) == len(GUARDRAILS)
    for guardrail in GUARDRAILS:
        assert guardrail.check.__module__.split(".")[-2] == guardrail.group


@pytest.mark.parametrize("guardrail", GUARDRAILS, ids=CODES)
def test_it_says_why_has_a_test_and_is_documented(guardrail):
    assert guardrail.check.__doc__
    module = sys.modules[guardrail.check.__module__]
    assert module.__doc__.startswith(f"{guardrail.code}: ")
    tests = [p.read_text() for p in HERE.glob("test_*.py") if p != Path(__file__)]
    assert any(f'"{guardrail.code}"' in text for text in tests)
    assert f"| {guardrail.code} | {guardrail.title} |" in REFERENCE.read_text()
