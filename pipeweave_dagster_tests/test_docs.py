"""The documentation says what the code does, and its links lead somewhere."""

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from markdown import Markdown
from pymdownx.slugs import slugify

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import ErrorCode
from pipeweave_dagster.core.landing import parse_settings
from pipeweave_dagster_tests.integration.test_pages import PLAYED
from pipeweave_dagster_tests.pages import SHELL, Fence, fences_of

ROOT = Path(__file__).parents[1]
LANGUAGES = {*SHELL, "python", "ini", "json", "mermaid", "text", "toml", "yaml"}
PLAYED_ELSEWHERE = {
    "how-to/notebook.md": "notebook/test_how_to.py",
    "tutorials/twelve-months.md": "integration/test_twelve_months.py",
}
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


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as Python-Markdown makes them for the site."""
    names = {"toc": {"slugify": slugify(case="lower")}}
    extensions = ["toc", "fenced_code", "tables", "attr_list"]
    markdown = Markdown(extensions=extensions, extension_configs=names)
    made = markdown.convert(page.read_text())
    return set(re.findall(r'<(?:h\d|a|div|span|p)[^>]*? (?:id|name)="([^"]+)"', made))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_headings(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    targets = [t.partition("#") for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t]
    found = [((page.parent / name) if name else page, anchor) for name, _, anchor in targets]
    assert not [
        (str(file), anchor)
        for file, anchor in found
        if anchor and file.suffix == ".md" and anchor not in anchors(file.resolve())
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_on_pages_are_well_formed(page: Path) -> None:
    for code in blocks(page, "python"):
        compile(code, str(page), "exec")
    for text in blocks(page, "json"):
        json.loads(text)


FENCES = [fence for page in PAGES for fence in fences_of(page)]
CODE = [fence for fence in FENCES if fence.language in {*SHELL, "python"}]


def where(fence: Fence) -> str:
    return f"{fence.page.relative_to(ROOT)}:{fence.line}"


def test_every_block_is_found_and_names_its_language() -> None:
    assert 2 * len(FENCES) == sum(
        len(re.findall("^ *```", page.read_text(), re.MULTILINE)) for page in PAGES
    )
    assert not [where(fence) for fence in FENCES if fence.language not in LANGUAGES]


def test_every_block_of_code_is_run_or_says_why_not() -> None:
    """Mark one by `<!-- not run: REASON -->` on the line above, or let test_pages.py play it."""
    run = {(ROOT / "docs" / page).resolve() for page in (*PLAYED, *PLAYED_ELSEWHERE)}
    assert not [where(f) for f in CODE if not f.reason and f.page not in run]
    unmarked = {fence.page for fence in CODE if not fence.reason}
    assert run <= unmarked, "pages without a block that is run"


def test_reasons_and_lists_name_tests_that_are_there() -> None:
    tests = ROOT / "pipeweave_dagster_tests"
    named = [(f, name) for f in CODE for name in re.findall(r"[\w/-]+\.(?:py|md)\b", f.reason)]
    assert not [
        (where(f), n) for f, n in named if not ((tests / n).exists() or (ROOT / n).exists())
    ]
    for page, test in PLAYED_ELSEWHERE.items():
        assert page.rpartition("/")[2] in (tests / test).read_text()


def test_every_threat_names_tests_that_are_there() -> None:
    tests = ROOT / "pipeweave_dagster_tests"
    text = (ROOT / "docs" / "reference" / "threats.md").read_text()
    threats = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    shown = {row[0].strip(): re.findall(r"`([^`]*)`", row[-1]) for row in threats[2:]}
    assert len(shown) > 20
    assert not [threat for threat, named in shown.items() if not named]
    named = {name for names in shown.values() for name in names}
    for name in named:
        found = [tests / name] if name.endswith(".py") else [*(tests / name).rglob("test_*.py")]
        assert found, name
        assert all(file.is_file() for file in found), name


@pytest.fixture(scope="module")
def program() -> Any:
    return typer.main.get_command(build_app())


@pytest.mark.parametrize("fence", [f for f in CODE if f.language in SHELL], ids=where)
def test_commands_exist_with_their_options(fence: Fence, program: Any) -> None:
    """Also those of blocks that are not run."""
    for words in fence.commands:
        first = next((i for i, word in enumerate(words) if "=" not in word), 0)
        if words[first] not in {"pipeweave", ".venv/bin/pipeweave"}:
            continue
        command, arguments = program, words[first + 1 :]
        while hasattr(command, "commands"):
            assert arguments, "a group without a command"
            command, arguments = command.commands[arguments[0]], arguments[1:]
        context = command.make_context(None, [], resilient_parsing=True)
        context.resilient_parsing = False
        options, rest, _ = command.make_parser(context).parse_args(arguments)
        assert not rest, words
        needed = [p.name for p in command.params if p.required]
        assert not [name for name in needed if options.get(name) is None], words


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
