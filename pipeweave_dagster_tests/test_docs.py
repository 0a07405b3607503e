"""The documentation says what the code does, and its links lead somewhere."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import ErrorCode
from pipeweave_dagster.core.landing import parse_settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")])


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date(generate: ModuleType) -> None:
    for name, page in generate.PAGES.items():
        written = (ROOT / "docs" / "reference" / name).read_text()
        assert written == page(), f"{name} is behind the code: run 'make docs'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    assert not [target for target in local if target and not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_on_pages_are_well_formed(page: Path) -> None:
    for code in blocks(page, "python"):
        compile(code, str(page), "exec")
    for text in blocks(page, "json"):
        json.loads(text)


def test_the_example_of_settings_is_valid_and_every_key_explained() -> None:
    page = ROOT / "docs" / "reference" / "pipeweave-yaml.md"
    (example,) = blocks(page, "yaml")
    assert parse_settings(example.encode()).target == "churn"
    explained = set(re.findall(r"^\| `(\w+)` \|", page.read_text(), re.MULTILINE))
    assert explained == set(DatasetSettings.model_fields)


def test_every_error_code_is_explained_with_its_exit_code_and_status() -> None:
    text = (ROOT / "docs" / "reference" / "errors.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    assert set(rows) == {(c.value, str(c.exit_code), str(c.http_status)) for c in ErrorCode}
