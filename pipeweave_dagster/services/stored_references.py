"""Change stored documents and records together: what is changed gets another address.

Documents are immutable and named by their content, so a changed one is stored under a new address,
and everything that refers to the old one (other documents, HEAD, manifests, versions, results) is
changed to refer to the new one.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.state.document_versions import parse_document
from pipeweave_dagster.core.asset_catalog import CATALOG
from pipeweave_dagster.core.documents import Document

_ADDRESS = re.compile(rb"[0-9a-f]{64}")
_KINDS = tuple(info.document for info in CATALOG)
Change = Callable[[Any], Any]


def reachable(store: DocumentStore, addresses: set[str]) -> set[str]:
    """Return addresses with those of the documents that these documents refer to."""
    known, open_ = set(addresses), list(addresses)
    while open_:
        stored = store.storage.get_tagged(f"documents/{open_.pop()}.json")
        fresh = addresses_in(stored[0]) - known if stored else set()
        known |= fresh
        open_ += fresh
    return known


def addresses_in(data: bytes) -> set[str]:
    """Return everything that may be an address in an object."""
    return {match.decode() for match in _ADDRESS.findall(data)}


def changed_documents(
    store: DocumentStore, addresses: Iterable[str], change: Change, *, dry: bool = False
) -> dict[str, str]:
    """Store the changed form of each document, and return its new address by its old one.

    Args:
        store: The storage.
        addresses: Addresses of documents; others among them are ignored.
        change: Turns the JSON content of a document into the new one.
        dry: Store nothing.

    Returns:
        Only what has changed, also by a change of what it refers to.
    """
    known = {address: found for address in addresses if (found := document_of(store, address))}
    moved: dict[str, str] = {}
    made: dict[str, Document] = {}
    while True:
        before = dict(moved)
        for address, (kind, data) in known.items():
            content = json.loads(data)
            wanted = replaced(change(content), moved)
            if wanted == json.loads(data):
                continue
            text = json.dumps(wanted).encode()
            document = parse_document(kind, text, f"document {address[:12]}")
            moved[address], made[address] = document.sha256, document
        if moved == before:
            break
    if not dry:
        for document in made.values():
            store.save(document)
    return moved


def changed_record(data: bytes, change: Change, moved: Mapping[str, str]) -> bytes:
    """Return a record with its changes; bytes that are no JSON, such as damaged ones, as is."""
    try:
        content = json.loads(data)
    except ValueError:
        return data
    wanted = replaced(change(content), moved)
    return data if wanted == json.loads(data) else json.dumps(wanted, indent=1).encode()


def replaced(value: Any, moved: Mapping[str, str]) -> Any:
    """Return a JSON value with every text that is an old address replaced by the new one."""
    return mapped(value, lambda text: moved.get(text, text))


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with each of its texts (not its keys) changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {key: mapped(item, change) for key, item in value.items()}
    return value


def document_of(store: DocumentStore, address: str) -> tuple[type[Document], bytes] | None:
    """Return the kind and the bytes of a document, if there is one of that address."""
    stored = store.storage.get_tagged(f"documents/{address}.json")
    if stored is None:
        return None
    for kind in _KINDS:
        if hashlib.sha256(kind.kind.encode() + b"\0" + stored[0]).hexdigest() == address:
            return kind, stored[0]
    return None
