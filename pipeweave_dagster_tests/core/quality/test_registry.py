"""Every guardrail has its own code, docstring, group folder, test file and row in the reference."""

import ast
import sys
from pathlib import Path

import pytest

from pipeweave_dagster.core.quality import guardrails
from pipeweave_dagster.core.quality.found_titles import FOUND, heading_of
from pipeweave_dagster.core.quality.registry import GUARDRAILS
from pipeweave_dagster.core.quality.run import STALE_OVERRIDE

HERE = Path(__file__).parent
REFERENCE = HERE.parents[2] / "docs" / "reference" / "findings.md"
CODES = [guardrail.code for guardrail in GUARDRAILS]


def module_of(guardrail):
    return sys.modules[guardrail.check.__module__]


def test_codes_are_unique_and_in_order():
    assert sorted(set(CODES)) == CODES


def test_every_module_is_registered_in_the_folder_of_its_group():
    folder = Path(guardrails.__file__).parent
    assert len(list(folder.glob("*/[!_]*.py"))) == len(GUARDRAILS)
    for guardrail in GUARDRAILS:
        assert guardrail.check.__module__.split(".")[-2] == guardrail.group


@pytest.mark.parametrize("guardrail", GUARDRAILS, ids=CODES)
def test_it_is_documented(guardrail):
    summary = guardrail.check.__doc__.splitlines()[0]
    assert module_of(guardrail).__doc__.startswith(f"{guardrail.code}: ")
    reference = REFERENCE.read_text()
    assert f"| {guardrail.code} | {guardrail.title} | {guardrail.group} | " in reference
    assert f" | {summary} |" in reference


@pytest.mark.parametrize("guardrail", GUARDRAILS, ids=CODES)
def test_it_has_its_own_test_file(guardrail):
    group, module = guardrail.check.__module__.split(".")[-2:]
    text = (HERE / "guardrails" / group / f"test_{module}.py").read_text()
    assert text.startswith(f'"""{guardrail.code}: ')
    tests = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert sum(node.name.startswith("test_") for node in tests) >= 1


@pytest.mark.parametrize("guardrail", GUARDRAILS, ids=CODES)
def test_its_texts_have_no_markup(guardrail):
    """Messages and proposals are shown as plain text, so backticks would be shown too."""
    tree = ast.parse(Path(module_of(guardrail).__file__).read_text())
    docstrings = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Module)
    }
    notes = {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in texts if "`" in text and text not in docstrings | notes]


def test_each_has_a_heading_for_what_it_found_as_short_as_its_title():
    assert sorted(FOUND) == sorted([*CODES, STALE_OVERRIDE])
    titles = {guardrail.code: guardrail.title for guardrail in GUARDRAILS}
    assert not {code for code in CODES if FOUND[code] == titles[code] or len(FOUND[code]) > 50}
    assert heading_of("PW204", "blocked", titles["PW204"]) == "Column is a copy of the target"
    assert heading_of("PW204", "passed", titles["PW204"]) == titles["PW204"]
    assert heading_of("PW100", "alerted", "Nothing to check") == "Nothing to check"
