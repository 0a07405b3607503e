"""Writes the reference pages that are drawn from the code: `python docs/generate.py`.

A test compares the pages with what this script would write, so they cannot fall behind.
"""

import re
from pathlib import Path
from typing import Any

from pipeweave_dagster.core import documents

REFERENCE = Path(__file__).parent / "reference"


def documents_page() -> str:
    """One section a document, one table row a field."""
    kinds = [vars(documents)[name] for name in documents.__all__ if name != "Document"]
    models = [kind for kind in kinds if hasattr(kind, "model_fields")]
    whole = [m for m in models if issubclass(m, documents.Document)]
    parts = [m for m in models if m not in whole and m is not documents.Part]
    lines = [
        "# Documents",
        "",
        "The value of every asset is a document: small, immutable JSON that a person can read, at",
        "`documents/<sha256>.json` in the [storage](storage.md). This page is drawn from the code.",
        "",
    ]
    for model in sorted(whole, key=lambda m: m.__name__):
        lines += _section(model, f"`{model.__name__}` (asset `{model.kind}`)")
    lines += ["# Their parts", ""]
    for model in sorted(parts, key=lambda m: m.__name__):
        lines += _section(model, f"`{model.__name__}`")
    return "\n".join(lines).rstrip() + "\n"


def _section(model: Any, title: str) -> list[str]:
    lines = [f"## {title}", "", re.sub(r"\s*\n\s*", "\n", model.__doc__.strip()), ""]
    lines += ["| field | type | default |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        required = field.is_required()
        default = (
            "required" if required else _code(_plain(field.get_default(call_default_factory=True)))
        )
        lines.append(f"| `{name}` | {_code(_type(field.annotation))} | {default} |")
    return [*lines, ""]


def _plain(value: Any) -> str:
    return (
        str(value.model_dump(exclude_defaults=True))
        if hasattr(value, "model_dump")
        else repr(value)
    )


def _type(annotation: Any) -> str:
    text = (
        annotation.__name__
        if isinstance(annotation, type) and not _generic(annotation)
        else str(annotation)
    )
    return re.sub(r"\b(?:typing|pathlib|[a-z_]+(?:\.[a-z_]+)+)\.", "", text).replace(
        "NoneType", "None"
    )


def _generic(annotation: Any) -> bool:
    return hasattr(annotation, "__args__")


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


PAGES = {"documents.md": documents_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
