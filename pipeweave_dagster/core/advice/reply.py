"""Parse a model's reply as untrusted text: bounded, strict JSON of exactly one structure."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_CHARACTERS = 100_000


class RefusedReplyError(ValueError):
    """A reply that breaks its contract; the message is a reason that users can read.

    It never quotes the reply, whose text could be aimed at the reader.
    """


class Reply(BaseModel):
    """Base of reply structures: unknown keys and values of other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


R = TypeVar("R", bound=Reply)


def read_reply(text: str, shape: type[R]) -> R:
    """Return the reply, parsed and validated.

    Raises:
        RefusedReplyError: It is too long, not JSON, repeats a key, or has another structure.
    """
    if len(text) > MAX_CHARACTERS:
        raise RefusedReplyError(f"the reply is longer than {MAX_CHARACTERS:,} characters")
    try:
        parsed = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RefusedReplyError:
        raise
    except (ValueError, RecursionError) as error:
        raise RefusedReplyError("the reply is not JSON") from error
    try:
        return shape.model_validate(parsed)
    except (ValidationError, RecursionError) as error:
        raise RefusedReplyError("the reply does not have the requested structure") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        raise RefusedReplyError("the reply contains a key twice")
    return unique


def _no_constant(name: str) -> Any:
    raise RefusedReplyError(f"the reply contains {name}")
