"""Read stored documents of any version: older ones are upgraded, newer ones refused."""

import json
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from pipeweave_dagster.core.documents import Document
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error

D = TypeVar("D", bound=Document)
# A field, or a word of a closed list, that a later release has added.
_OF_NEWER = {"extra_forbidden", "literal_error"}


def parse_document(kind: type[D], data: bytes, what: str) -> D:
    """Return the document that bytes hold.

    Args:
        kind: Its type.
        data: The stored bytes.
        what: What to call it in errors.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if a newer release wrote it, INTERNAL_ERROR if it is not
            such a document.
    """
    try:
        content = from_json(data)
        version = _version_of(content)
        current = kind.current_version()
        if version > current:
            raise newer_release(what, f"schema version {version}; this release reads {current}")
        if version == current:
            return kind.model_validate_json(data)
        return kind.model_validate_json(json.dumps(_upgraded(kind, content, version)))
    except ValueError as error:  # neither JSON nor valid
        if isinstance(error, ValidationError) and (fields := unknown_fields(error)):
            raise newer_release(what, f"it has {', '.join(fields)[:200]}") from error
        raise PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"The stored {what} is not a {kind.__name__} that this release can read.",
            fix="Run the data set again.",
        ) from error


def newer_release(what: str, how: str) -> PipeWeaveError:
    """Return the error for an object that a newer release wrote."""
    return validation_error(
        f"The stored {what} was written by a newer release of PipeWeave ({how}).",
        fix="Install that release again; nothing was changed.",
    )


def unknown_fields(error: ValidationError) -> list[str]:
    """Return the fields that this release does not know, or whose word it does not know.

    Empty if anything else is wrong, so that the record is damaged rather than newer.
    """
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(entry["type"] not in _OF_NEWER for entry in found):
        return []
    return sorted({".".join(map(str, entry["loc"])) for entry in found})


def _version_of(content: Any) -> int:
    version = content.get("schema_version", 1) if isinstance(content, dict) else None
    if not isinstance(version, int):
        raise ValueError("no schema version")  # noqa: TRY004 - like other invalid content
    return version


def _upgraded(kind: type[Document], content: dict[str, Any], version: int) -> dict[str, Any]:
    """Return content in the current version; a version without an upgrade only lacks fields."""
    for earlier in range(version, kind.current_version()):
        if upgrade := kind.upgrades.get(earlier):
            content = upgrade(content)
    return {**content, "schema_version": kind.current_version()}
