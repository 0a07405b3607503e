"""The site of the documentation has every page, and loads nothing from elsewhere."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


class _Loader(yaml.SafeLoader):
    """Reads `mkdocs.yml`, which names a function of Python."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


def targets(nav: Any) -> Iterator[str]:
    """The pages and folders of a navigation."""
    if isinstance(nav, str):
        yield nav
    for entry in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from targets(entry)


def test_each_page_is_in_the_navigation_once() -> None:
    nav = yaml.load((ROOT / "mkdocs.yml").read_text(), _Loader)["nav"]
    listed = [
        page.relative_to(DOCS).as_posix()
        for target in targets(nav)
        for page in ((DOCS / target).glob("*.md") if target.endswith("/") else [DOCS / target])
    ]
    assert sorted(listed) == sorted(p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md"))


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_without_other_hosts(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(tmp_path)]
    env = {"PATH": "", "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    pages = {page: page.read_text() for page in tmp_path.rglob("*.html")}
    assert len(pages) > 90
    loaded = re.compile(r'<(?:script|img|iframe)[^>]+src="?https?:|<link[^>]+href="?https?:[^>]+')
    assert not [str(page) for page, text in pages.items() if loaded.search(text)]
    assert not [
        str(page) for page, text in pages.items() if "```" in text or 'class="mermaid' in text
    ]
    drawn = pages[tmp_path / "architecture.html"].count('<div class="flowchart"><svg')
    assert drawn == (DOCS / "architecture.md").read_text().count("```mermaid") > 0
    assert "Payload | None" in pages[tmp_path / "reference" / "documents.html"]
    copied = tmp_path / "repository" / "deploy" / "dagster.yaml.txt"
    assert copied.read_text() == (ROOT / "deploy" / "dagster.yaml").read_text()
    linked = pages[tmp_path / "how-to" / "own-dagster-project.html"]
    assert 'href="../repository/deploy/dagster.yaml.txt"' in linked
