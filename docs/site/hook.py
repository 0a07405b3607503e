"""What MkDocs does differently for this site; `mkdocs.yml` names this file.

- A folder in the navigation stands for all of its pages.
- A link to a file of the repository that is outside `docs/` leads to a copy of it.
- Flowcharts are drawn as SVG: Mermaid's script would come from another host.
- In the code of a table, a pipe needs no backslash, as it does elsewhere.
"""

import re
from pathlib import Path
from typing import Any

import flowchart
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_ROW = re.compile(r"^\|.*", re.MULTILINE)
_DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`]+`")
_LINK = re.compile(r"(?<=\]\()(?P<target>[^)\s#]+)(?=[)#])")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Replace folders in the navigation by their pages."""
    config.nav = [_expanded(entry, Path(config.docs_dir)) for entry in config.nav or []]
    return config


def _expanded(entry: Any, docs: Path) -> Any:
    if not isinstance(entry, dict):
        return entry
    ((title, target),) = entry.items()
    if not isinstance(target, str) or not target.endswith("/"):
        return entry
    pages = sorted((docs / target).glob("*.md"), key=lambda page: (page.name != "README.md", page))
    return {title: [page.relative_to(docs).as_posix() for page in pages]}


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to files outside of `docs/` lead to copies, and draw flowcharts."""
    docs = Path(config.docs_dir).resolve()
    folder = (docs / page.file.src_uri).parent

    def led(match: re.Match[str]) -> str:
        target = match["target"]
        file = (folder / target).resolve()
        if "://" in target or file.is_relative_to(docs) or not file.is_file():
            return target
        return _copy(file.relative_to(docs.parent), page, (config, files))

    text = _LINK.sub(led, markdown)
    text = _ROW.sub(lambda row: _CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), text)
    return _DIAGRAM.sub(
        lambda found: f'<div class="flowchart">{flowchart.svg(found[1])}</div>', text
    )


def _copy(path: Path, page: Page, site: tuple[MkDocsConfig, Files]) -> str:
    """Add a file of the repository to the site as text, and return the link from a page to it."""
    config, files = site
    uri = f"repository/{path.as_posix().removeprefix('.')}.txt"
    if files.get_file_from_path(uri) is None:
        text = (Path(config.docs_dir).parent / path).read_text(encoding="utf-8")
        files.append(File.generated(config, uri, content=text))
    return "../" * page.file.src_uri.count("/") + uri
