"""Generate the reference pages from the code: `python docs/generate.py`.

A test compares the pages with the output of this script, so they are always up to date.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core import documents
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.api.app import create_api
from pipeweave_dagster.web.api.envelope import ERRORS
from pipeweave_dagster.web.api.reference import Operation, operations_of

REFERENCE = Path(__file__).parent / "reference"
sys.path.insert(0, str(REFERENCE.parent))  # the scripts of this folder are not a package
import draw_tree  # noqa: E402


def documents_page() -> str:
    """Return the page of documents: one section per document, one table row per field."""
    kinds = [vars(documents)[name] for name in documents.__all__ if name != "Document"]
    models = [kind for kind in kinds if hasattr(kind, "model_fields")]
    whole = [m for m in models if issubclass(m, documents.Document)]
    parts = [m for m in models if m not in whole and m is not documents.Part]
    lines = [
        "# Documents",
        "",
        "The value of every asset is a document: small, immutable, readable JSON, stored at",
        "`documents/<sha256>.json` in the [storage](storage.md). Generated from the code.",
        "",
    ]
    for model in sorted(whole, key=lambda m: m.__name__):
        lines += _section(model, f"`{model.__name__}` (asset `{model.kind}`)")
    lines += ["# Parts of documents", ""]
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


def cli_page() -> str:
    """Return the command-line page: one section per command with options and an example."""
    lines = [
        "# Command line",
        "",
        "This page is generated from the code.",
        "Every command has `--help`. With `--json` it prints one JSON object only, even",
        "for [errors](errors.md). [JSON output](json.md) lists the keys.",
        "",
    ]
    root = typer.main.get_command(build_app())
    for path, command in _commands(root, ["pipeweave"]):
        lines += _command_section(path, command)
    return "\n".join(lines).rstrip() + "\n"


def _commands(command: Any, path: list[str]) -> Iterator[tuple[list[str], Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name in children:
        yield from _commands(children[name], [*path, name])


def _command_section(path: list[str], command: Any) -> list[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not _is_json_flag(p)]
    usage = " ".join([*path, *(_shown(p) for p in arguments)])
    lines = [f"## `{usage}`", "", _escaped(" ".join(command.help.split())), ""]
    if options:
        lines += ["| option | default | meaning |", "| --- | --- | --- |"]
    for option in options:
        names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
        default = (
            "" if option.default in (None, [], ()) or option.required else f"`{option.default}`"
        )
        meaning = ("Required. " if option.required else "") + (option.help or "")
        lines.append(f"| {names} | {default} | {meaning.replace('|', chr(92) + '|')} |")
    if options:
        lines.append("")
    if command.epilog:
        lines += [command.epilog, ""]
    return lines


def _escaped(text: str) -> str:
    return text.replace("<", "\\<")


def _is_json_flag(option: Any) -> bool:
    return option.name == "json" and option.is_flag


def _shown(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required else f"[{name}]"


def http_page() -> str:
    """Return the page of the HTTP API: one section per operation of its OpenAPI document."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        store = DocumentStore(open_storage(settings), settings.cache_folder)
        schema = create_api(store, settings, frozenset()).openapi()
    lines = [
        "# HTTP API",
        "",
        "<!-- nothing run: names in capitals stand for values; see web/api/test_contract.py -->",
        "",
        "This page is generated from the code. A running server has it at `/api/v1/docs`, and",
        "an OpenAPI document at `/api/v1/openapi.json`. [How to use it](../how-to/http-api.md).",
        "",
        schema["info"]["description"],
        "",
        "| error | status | when |",
        "| --- | --- | --- |",
        *(f"| `{f['description'].partition(': ')[0]}` | {status} | "
          f"{f['description'].partition(': ')[2]} |" for status, f in ERRORS.items()),
        "",
        "A path or method that does not exist is answered with 404 or 405.",
        "",
    ]  # fmt: skip
    for operation in operations_of(schema):
        lines += _operation_section(operation)
    return "\n".join(lines).rstrip() + "\n"


def _operation_section(operation: Operation) -> list[str]:
    lines = [f"## `{operation.method} {operation.path}`", "", operation.meaning, ""]
    if operation.fields:
        lines += ["| name | in | type | default | meaning |", "| --- | --- | --- | --- | --- |"]
        lines += [
            f"| `{f.name}` | {f.place} | {f.kind} | {_default(f.default)} | {f.meaning} |"
            for f in operation.fields
        ]
        lines.append("")
    return [*lines, f"Answer: {operation.answer}.", "", "```bash", operation.example, "```", ""]


def _default(text: str) -> str:
    return {"null": "", '""': "", "required": "required"}.get(text, f"`{text}`")


def architecture_page() -> str:
    """Return `architecture.md` with its drawn parts made anew from the import statements."""
    text = (REFERENCE / ARCHITECTURE).read_text(encoding="utf-8")
    for name, drawing in draw_tree.drawings().items():
        start, end = f"<!-- drawn: {name} -->\n", f"<!-- end: {name} -->"
        before, _, rest = text.partition(start)
        text = f"{before}{start}{drawing}\n{end}{rest.partition(end)[2]}"
    return text


ARCHITECTURE = "../architecture.md"
PAGES = {
    "documents.md": documents_page,
    "cli.md": cli_page,
    "http-api.md": http_page,
    ARCHITECTURE: architecture_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
