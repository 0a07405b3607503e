"""Base classes of the documents: immutable, stored as readable JSON, addressed by content."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict

_CHUNK = 1 << 20


def _plain(value: Any) -> Any:
    """Replace NumPy's scalars and arrays, at any depth, by the values of Python that they hold."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # Only NumPy's have `tolist`; NumPy itself is not imported for documents.
    return value.tolist() if hasattr(value, "tolist") else value


# NumPy computes most figures, and a single `numpy.bool` in a dictionary of any values would make
# the whole document impossible to store.
PlainDict = Annotated[dict[str, Any], BeforeValidator(_plain)]


class Part(BaseModel):
    """A part of a document: immutable; unknown keys are errors."""

    # Schemas are built on first use, because loading the definitions needs none of them.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Payload(Part):
    """A large file beside a document, addressed by the SHA-256 of its bytes."""

    name: str
    sha256: str
    size_bytes: int
    media_type: str = "application/octet-stream"

    @property
    def key(self) -> str:
        """Its key in the storage."""
        return f"payloads/{self.sha256}/{self.name}"

    @classmethod
    def of(cls, path: Path, media_type: str = "application/octet-stream") -> Self:
        """Describe a file on disk; reads it once to compute the hash."""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return cls(
            name=path.name,
            sha256=digest.hexdigest(),
            size_bytes=path.stat().st_size,
            media_type=media_type,
        )


class Document(Part):
    """The value of an asset. Equal documents have equal bytes, hence the same address.

    A field with a default may be added: earlier releases refuse what has it, with its name. A kind
    whose fields change in any other way raises its `schema_version`, and gives under the version
    before it the function that turns the stored content into the next one.
    """

    kind: ClassVar[str]
    upgrades: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    schema_version: int = 1

    @classmethod
    def current_version(cls) -> int:
        """Return the version that this release writes."""
        return int(cls.model_fields["schema_version"].default)

    def to_json(self) -> bytes:
        """Return the stored bytes (indented UTF-8 JSON, keys in the order of the fields)."""
        return self.model_dump_json(indent=1).encode()

    @property
    def sha256(self) -> str:
        """The address: hash of the kind and the stored bytes."""
        return hashlib.sha256(self.kind.encode() + b"\0" + self.to_json()).hexdigest()

    def payloads(self) -> list[Payload]:
        """Return all payloads that the document refers to, at any depth."""
        return list(_payloads_in(self))


def _payloads_in(part: object) -> list[Payload]:
    if isinstance(part, Payload):
        return [part]
    if isinstance(part, BaseModel):
        return [p for name in type(part).model_fields for p in _payloads_in(getattr(part, name))]
    if isinstance(part, dict):
        return [p for value in part.values() for p in _payloads_in(value)]
    if isinstance(part, list | tuple):
        return [p for value in part for p in _payloads_in(value)]
    return []
