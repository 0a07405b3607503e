"""Google Gemini through the package google-generativeai, over REST; the only file that uses it.

It runs in a child process, which is killed at the time limit: neither the package nor its HTTP
library ends a reply that arrives byte by byte.
"""

import time
import warnings
from typing import Any

from pydantic import SecretStr

from pipeweave_dagster.core.advice.advisor import advice_unavailable
from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

_ATTEMPTS = 3
_FIRST_PAUSE_S = 1.0
_LEAST_S = 0.5
_STOP, _MAX_TOKENS = 1, 2  # finish reasons on the wire


def ask_gemini(
    request: AdviceRequest, api_key: SecretStr, limit_s: float, endpoint: str | None = None
) -> AdviceReply:
    """Send a request, at most three times if the service is busy.

    Args:
        request: The complete request.
        api_key: Sent in a header, and nowhere else.
        limit_s: Seconds for all attempts and the pauses between them.
        endpoint: Address of the service, if it is not Google's.

    Raises:
        PipeWeaveError: RATE_LIMITED, UNAUTHORIZED, SERVICE_UNAVAILABLE, or VALIDATION_ERROR for a
            reply that is blocked, truncated or not JSON.
    """
    model = _model(request, api_key, endpoint)
    end = time.monotonic() + limit_s
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _once(model, request, end - time.monotonic())
        except PipeWeaveError as error:
            pause = float(error.details.get("retry_after_s", _FIRST_PAUSE_S * 2 ** (attempt - 1)))
            retry = error.details.get("retry", False) and attempt < _ATTEMPTS
            if not retry or time.monotonic() + pause + _LEAST_S > end:
                raise advice_unavailable(error.message, error.code) from None
            time.sleep(pause)
    raise advice_unavailable("the service did not respond")


def _sdk() -> Any:
    with warnings.catch_warnings():
        # The package warns at import that it is deprecated; only this file has to be replaced.
        warnings.filterwarnings("ignore", "(?s).*google.generativeai", FutureWarning)
        # google-api-core warns years ahead about Python versions that it will drop.
        warnings.filterwarnings("ignore", "(?s).*Python version", FutureWarning)
        import google.generativeai
    return google.generativeai


def _model(request: AdviceRequest, api_key: SecretStr, endpoint: str | None) -> Any:
    sdk = _sdk()
    options = {"api_endpoint": endpoint} if endpoint else None
    sdk.configure(api_key=api_key.get_secret_value(), transport="rest", client_options=options)
    # A redirect would send the key to another machine; the package has no setting for that.
    from google.generativeai.client import get_default_generative_client

    client: Any = get_default_generative_client()
    client.transport._session.max_redirects = 0  # noqa: SLF001
    return sdk.GenerativeModel(request.model, system_instruction=request.instruction)


def _once(model: Any, request: AdviceRequest, seconds: float) -> AdviceReply:
    config = {
        "candidate_count": 1,
        "temperature": request.temperature,
        "max_output_tokens": request.max_output_tokens,
        "response_mime_type": "application/json",
        "response_schema": request.response_schema,
    }
    # By default the package retries for 600 s, whatever the timeout.
    options = {"timeout": max(seconds, _LEAST_S), "retry": None}
    try:
        response = model.generate_content(
            request.facts, generation_config=config, request_options=options
        )
        return _reply(response)
    except PipeWeaveError:
        raise
    except Exception as error:  # noqa: BLE001 - no response of a service fails the run
        raise _explained(error) from None


def _reply(response: Any) -> AdviceReply:
    usage = response.usage_metadata
    if not response.candidates:
        raise advice_unavailable(
            "the request was blocked by the service", ErrorCode.VALIDATION_ERROR
        )
    candidate = response.candidates[0]
    reason = int(candidate.finish_reason)
    if reason == _MAX_TOKENS:
        raise advice_unavailable("the reply was cut off", ErrorCode.VALIDATION_ERROR)
    if reason != _STOP:
        raise advice_unavailable("the reply was blocked by the service", ErrorCode.VALIDATION_ERROR)
    return AdviceReply(
        text="".join(part.text for part in candidate.content.parts),
        tokens_in=usage.prompt_token_count,
        # Tokens that are neither prompt nor reply are thinking, billed like the reply.
        tokens_out=max(usage.total_token_count - usage.prompt_token_count, 0),
        model_version=str(response.to_dict().get("model_version", ""))[:80],
    )


def _explained(error: Exception) -> PipeWeaveError:
    """Describe an error without quoting anything of the service's response."""
    status = getattr(error, "code", None)
    if not isinstance(status, int):
        return _unreachable(error)
    if status == 429:
        failure = advice_unavailable(
            "the service is rate limited (HTTP 429)", ErrorCode.RATE_LIMITED
        )
        failure.details["retry"] = True
        headers = getattr(getattr(error, "response", None), "headers", {})
        after = str(headers.get("Retry-After", ""))
        if after.isdigit():
            failure.details["retry_after_s"] = int(after)
        return failure
    if status >= 500:
        failure = advice_unavailable(f"the service failed (HTTP {int(status)})")
        failure.details["retry"] = True
        return failure
    if status in (401, 403):
        return advice_unavailable(
            f"the service refused the key (HTTP {status})", ErrorCode.UNAUTHORIZED
        )
    reason = f"the service refused the request (HTTP {int(status)})"
    return advice_unavailable(reason, ErrorCode.VALIDATION_ERROR)


def _unreachable(error: Exception) -> PipeWeaveError:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "Timeout" in kinds or "TimeoutError" in kinds:
        return advice_unavailable("the service did not respond in time")
    if "ParseError" in kinds or "JSONDecodeError" in kinds:
        return advice_unavailable("the service's response is not JSON", ErrorCode.VALIDATION_ERROR)
    if "TooManyRedirects" in kinds:
        return advice_unavailable("the service redirects, which is not followed")
    if kinds & {"ConnectionError", "RequestException", "OSError"}:
        failure = advice_unavailable("the service cannot be reached")
        failure.details["retry"] = True
        return failure
    return advice_unavailable(f"the service's response cannot be read ({type(error).__name__})")
