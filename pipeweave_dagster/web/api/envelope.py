"""The envelope of every answer, and the errors that any route can answer with."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from pipeweave_dagster.core.errors import ErrorCode

T = TypeVar("T")


class PageInfo(BaseModel):
    """Which part of a list this is; pages count from 1."""

    page: int
    page_size: int
    total: int


class VersionedResponse(BaseModel, Generic[T]):
    """A successful answer: the version of the API, and the data."""

    api_version: Literal["v1"] = "v1"
    data: T
    page: PageInfo | None = Field(default=None, description="Only of lists that have pages.")


class ErrorResponse(BaseModel):
    """An error: one of seven codes, what is wrong with its remedy, and facts about it."""

    code: ErrorCode
    message: str
    details: dict[str, Any] = {}


def _described(code: ErrorCode, text: str) -> dict[int | str, dict[str, Any]]:
    return {code.http_status: {"model": ErrorResponse, "description": f"{code.value}: {text}"}}


ERRORS: dict[int | str, dict[str, Any]] = {
    **_described(ErrorCode.UNAUTHORIZED, "nobody has logged in, or the token is not valid."),
    **_described(ErrorCode.FORBIDDEN, "the role does not suffice, or another site sent this."),
    **_described(ErrorCode.NOT_FOUND, "there is no such thing, or it is private."),
    **_described(ErrorCode.VALIDATION_ERROR, "the request is not valid; it fails again."),
    **_described(ErrorCode.RATE_LIMITED, "too many requests; see `Retry-After`."),
    **_described(ErrorCode.INTERNAL_ERROR, "a bug or a damaged document; see the log."),
    **_described(ErrorCode.SERVICE_UNAVAILABLE, "a service does not respond; try again."),
}
"""The answers that every route declares besides its own."""


def enveloped(data: Any, page: PageInfo | None = None) -> dict[str, Any]:
    """Return the content of a successful answer; its route's model checks it."""
    return {"api_version": "v1", "data": data, "page": page}
