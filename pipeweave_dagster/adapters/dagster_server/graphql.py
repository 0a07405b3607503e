"""One request to Dagster's GraphQL endpoint."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any, TypeAlias

from pipeweave_dagster.adapters.http_checks import base_of
from pipeweave_dagster.core.errors import (
    ErrorCode,
    PipeWeaveError,
    not_found,
    unavailable,
    validation_error,
)
from pipeweave_dagster.settings import Settings

GraphQL: TypeAlias = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Takes a query and its variables, and returns the data of the answer."""
_TIMEOUT_S = 30.0
_MOST_BYTES = 32 << 20
_MISSING = {"RunNotFoundError", "PipelineNotFoundError"}
_INVALID = {"InvalidSubsetError", "RunConfigValidationInvalid", "TerminateRunFailure"}


def graphql_of(settings: Settings) -> GraphQL:
    """Return a function that sends queries to the web server of the settings."""
    web = base_of(settings.services.get("web") or settings.dagster_url)

    def ask(query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Send one query.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if the web server or its database does not respond.
        """
        body = json.dumps({"query": query, "variables": variables}).encode()
        try:
            return _data(_posted(f"{web}/graphql", body))
        except (OSError, ValueError, KeyError, HTTPException) as error:
            raise unavailable(
                f"Dagster's web server at {web} did not answer.",
                fix="Start it: 'pipeweave dev' does, and a deployment's service `web`.",
            ) from error

    return ask


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("errors"):
        raise ValueError("the query failed")
    data: dict[str, Any] = answer["data"]
    return data


def _posted(url: str, body: bytes) -> dict[str, Any]:
    if not url.startswith(("http://", "https://")):
        raise ValueError("not an HTTP address")
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - checked above
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310
        answer: dict[str, Any] = json.loads(response.read(_MOST_BYTES))
        return answer


def checked(answer: dict[str, Any], *wanted: str) -> dict[str, Any]:
    """Return an answer if it is of a wanted type.

    Args:
        answer: A value with `__typename`, and `message` where it is an error.
        wanted: Names of the types that are no error.

    Raises:
        PipeWeaveError: With the code that corresponds to Dagster's type of error.
    """
    kind = answer["__typename"]
    if kind in wanted:
        return answer
    problems = [error["message"] for error in answer.get("errors") or []]
    message = " ".join([*problems, answer.get("message") or ""]).strip()[:500] or kind
    if kind in _MISSING:
        raise not_found(f"Dagster: {message}", fix="See 'pipeweave runs ls'.")
    if kind in _INVALID:
        raise validation_error(f"Dagster: {message}", fix="See the run in Dagster's web UI.")
    if kind == "UnauthorizedError":
        fix = "Use a web server that is not read-only."
        raise PipeWeaveError(ErrorCode.FORBIDDEN, f"Dagster: {message}", fix=fix)
    raise unavailable(f"Dagster: {message}", fix="See the log of Dagster's web server.")
