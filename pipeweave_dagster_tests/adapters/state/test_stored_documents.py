"""What each release has stored opens in this one, and fields do not change unnoticed.

`stored/RELEASE/KIND.json` is what that release stores of a document or record in which each field
has a value; `stored/next` is that of the current code.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.state.document_versions import parse_document
from pipeweave_dagster.core.documents import Document, Part
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster_tests.factories.document_examples import NEXT, STORED, kinds, stored_bytes

KINDS = kinds()
DOCUMENTS = [kind for kind in KINDS.values() if issubclass(kind, Document)]
RELEASES = sorted(
    (folder for folder in STORED.iterdir() if folder != NEXT),
    key=lambda folder: [int(number) for number in folder.name.split(".")],
)
FILES = [file for folder in [*RELEASES, NEXT] for file in sorted(folder.glob("*.json"))]
WRITE = "python -m pipeweave_dagster_tests.factories.document_examples"


def name_of(file: Path) -> str:
    return f"{file.parent.name}-{file.stem}"


def opened(kind: type[Part], data: bytes) -> Part:
    if issubclass(kind, Document):
        return parse_document(kind, data, "document")
    return kind.model_validate_json(data)


def lost(old: Any, new: Any, place: str = "") -> list[str]:
    """Return the places whose content in `old` is not in `new`; additions do not count."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            found
            for key, value in old.items()
            for found in (
                lost(value, new[key], f"{place}.{key}") if key in new else [f"{place}.{key}"]
            )
        ]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [found for i, (a, b) in pairs for found in lost(a, b, f"{place}[{i}]")]
    return [] if old == new else [place]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_what_a_release_stored_opens_and_loses_nothing(file: Path) -> None:
    kind, data = KINDS[file.stem], file.read_bytes()
    now = json.loads(opened(kind, data).model_dump_json())
    then = json.loads(data)
    if then.get("schema_version") == now.get("schema_version"):
        written_no_more = [name for name, field in kind.model_fields.items() if field.exclude]
        assert lost({k: v for k, v in then.items() if k not in written_no_more}, now) == []


@pytest.mark.parametrize("name", KINDS)
def test_a_change_of_fields_needs_a_new_example(name: str) -> None:
    file = NEXT / f"{name}.json"
    assert file.exists(), f"{name} is new: run {WRITE}"
    stored = file.read_bytes().rstrip(b"\n")
    assert stored == stored_bytes(KINDS[name]), (
        f"the fields of {name} have changed: raise its schema_version and give an upgrade, unless "
        f"there are only new fields with defaults; then run {WRITE}"
    )


@pytest.mark.parametrize("name", [kind.__name__ for kind in DOCUMENTS])
def test_a_change_that_is_no_addition_raises_the_version(name: str) -> None:
    files = [folder / f"{name}.json" for folder in [*RELEASES, NEXT]]
    contents = [json.loads(file.read_bytes()) for file in files if file.exists()]
    for old, new in pairwise(contents):
        changed = lost({**old, "schema_version": 0}, {**new, "schema_version": 0})
        assert not changed or new["schema_version"] > old["schema_version"], changed


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_a_field_that_a_newer_release_added_is_named(kind: type[Document]) -> None:
    content = {**json.loads(stored_bytes(kind)), "colour": "blue"}
    with pytest.raises(PipeWeaveError, match=r"newer release of PipeWeave \(it has colour\)"):
        parse_document(kind, json.dumps(content).encode(), "document")


def test_losses_are_found_at_any_depth() -> None:
    old = {"a": [{"b": 1, "c": 2}], "d": {"e": 1}}
    assert lost(old, {"a": [{"b": 1, "c": 2, "new": 0}], "d": {"e": 1}, "f": 2}) == []
    assert lost(old, {"a": [{"b": "1"}], "d": {}}) == [".a[0].b", ".a[0].c", ".d.e"]
