"""Read a model's reply as hostile text: bounded, strict JSON of exactly the shape asked for."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_CHARACTERS = 100_000


class RefusedReplyError(ValueError):
    """A reply that is not what was asked for; its text is a reason fit for people.

    It never quotes the reply, whose words could be meant for the reader.
    """


class Reply(BaseModel):
    """Base of the replies' shapes: unknown keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


R = TypeVar("R", bound=Reply)


def read_reply(text: str, shape: type[R]) -> R:
    """The reply as its shape.

    Raises:
        RefusedReplyError: It is too long, no JSON, holds a key twice, or has another shape.
    """
    if len(text) > MAX_CHARACTERS:
        raise RefusedReplyError(f"the reply is longer than {MAX_CHARACTERS:,} characters")
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RefusedReplyError:
        raise
    except (ValueError, RecursionError) as error:
        raise RefusedReplyError("the reply is no JSON") from error
    try:
        return shape.model_validate(found)
    except (ValidationError, RecursionError) as error:
        raise RefusedReplyError("the reply does not have the shape that was asked for") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedReplyError("the reply holds a key twice")
    return found


def _no_constant(name: str) -> Any:
    raise RefusedReplyError(f"the reply holds {name}")
