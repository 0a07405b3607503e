"""Whether what lies in a storage folder is whole: nothing half-written, nothing missing."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from pipeweave_dagster.adapters.state import Head
from pipeweave_dagster.core import documents
from pipeweave_dagster.core.documents import Document

_KINDS = [
    kind
    for name in documents.__all__
    if isinstance(kind := getattr(documents, name), type)
    and issubclass(kind, Document)
    and kind is not Document
]


KINDS = {kind.kind: kind for kind in _KINDS}
"""The document that each asset makes."""


def faults(storage: Path) -> list[str]:
    """What is wrong with a storage; empty if all is well."""
    return [*_broken_content(storage), *_broken_heads(storage)]


def head(storage: Path, dataset: str) -> Head | None:
    """The published state of a data set."""
    path = storage / "datasets" / dataset / "HEAD.json"
    return Head.model_validate_json(path.read_bytes()) if path.exists() else None


def _broken_content(storage: Path) -> Iterator[str]:
    """Objects whose name is not the hash of their bytes."""
    for path in storage.glob("raw/*"):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            yield f"{path} is not whole"
    for path in storage.glob("payloads/*/*"):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.parent.name:
            yield f"{path} is not whole"
    for path in storage.glob("documents/*.json"):
        data = path.read_bytes()
        if path.stem not in {
            hashlib.sha256(k.kind.encode() + b"\0" + data).hexdigest() for k in _KINDS
        }:
            yield f"{path} is not whole"
    for path in storage.glob("datasets/**/*.json"):
        try:
            json.loads(path.read_bytes())
        except ValueError:
            yield f"{path} is no JSON"


def _broken_heads(storage: Path) -> Iterator[str]:
    """Heads that point to nothing, or to documents that point to nothing."""
    for path in storage.glob("datasets/*/HEAD.json"):
        for asset, entry in Head.model_validate_json(path.read_bytes()).entries.items():
            document = storage / "documents" / f"{entry.document}.json"
            if not document.exists():
                yield f"{path}: {asset} points to {document}, which is not there"
                continue
            content = KINDS[asset].model_validate_json(document.read_bytes())
            for payload in content.payloads():
                if not (storage / payload.key).exists():
                    yield f"{document} points to {payload.key}, which is not there"
