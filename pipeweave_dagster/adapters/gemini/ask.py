"""A request to Gemini with its attempts and pauses, whichever package carries it.

It runs in a child process, which is killed at the time limit: neither package nor its HTTP library
ends a reply that arrives byte by byte.
"""

import time
from importlib.util import find_spec
from typing import Literal, Protocol

from pydantic import SecretStr

from pipeweave_dagster.adapters.gemini.failures import explained
from pipeweave_dagster.core.advice.advisor import advice_unavailable
from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest
from pipeweave_dagster.core.errors import PipeWeaveError

_ATTEMPTS = 3
_FIRST_PAUSE_S = 1.0
_LEAST_S = 0.5
Package = Literal["google.genai", "google.generativeai"]


class GeminiClient(Protocol):
    """One of Google's packages, set up for one request."""

    def once(self, request: AdviceRequest, seconds: float) -> AdviceReply:
        """Send the request once, without the package's own retries.

        Raises:
            PipeWeaveError: If the reply is blocked or cut off.
            Exception: Whatever the package and its HTTP library raise.
        """
        ...


def package() -> Package:
    """Return the module that carries requests: `google.genai` where it is installed."""
    return "google.genai" if find_spec("google.genai") else "google.generativeai"


def ask_gemini(
    request: AdviceRequest,
    api_key: SecretStr,
    limit_s: float,
    endpoint: str | None = None,
    module: Package | None = None,
) -> AdviceReply:
    """Send a request, at most three times if the service is busy.

    Args:
        request: The complete request.
        api_key: Sent in a header, and nowhere else.
        limit_s: Seconds for all attempts and the pauses between them.
        endpoint: Address of the service, if it is not Google's.
        module: The package to use; by default the one that `package` names.

    Raises:
        PipeWeaveError: RATE_LIMITED, UNAUTHORIZED, SERVICE_UNAVAILABLE, or VALIDATION_ERROR for a
            reply that is blocked, truncated or not JSON.
    """
    client = _client(module or package(), request, api_key, endpoint)
    end = time.monotonic() + limit_s
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _once(client, request, max(end - time.monotonic(), _LEAST_S))
        except PipeWeaveError as error:
            pause = float(error.details.get("retry_after_s", _FIRST_PAUSE_S * 2 ** (attempt - 1)))
            retry = error.details.get("retry", False) and attempt < _ATTEMPTS
            if not retry or time.monotonic() + pause + _LEAST_S > end:
                raise advice_unavailable(error.message, error.code) from None
            time.sleep(pause)
    raise advice_unavailable("the service did not respond")


def _client(
    module: Package, request: AdviceRequest, api_key: SecretStr, endpoint: str | None
) -> GeminiClient:
    """Import only the package that is used: each takes seconds or megabytes."""
    if module == "google.genai":
        from pipeweave_dagster.adapters.gemini.genai import GenaiClient

        return GenaiClient(api_key, endpoint)
    from pipeweave_dagster.adapters.gemini.generativeai import GenerativeAiClient

    return GenerativeAiClient(request, api_key, endpoint)


def _once(client: GeminiClient, request: AdviceRequest, seconds: float) -> AdviceReply:
    try:
        return client.once(request, seconds)
    except PipeWeaveError:
        raise
    except Exception as error:  # noqa: BLE001 - no response of a service fails the run
        raise explained(error) from None
