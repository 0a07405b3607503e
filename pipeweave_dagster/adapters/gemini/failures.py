"""Failures of the service in the words and codes of PipeWeave, whichever package met them."""

from pipeweave_dagster.core.advice.advisor import advice_unavailable
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError


def explained(error: Exception) -> PipeWeaveError:
    """Describe an error without quoting anything of the service's response.

    Args:
        error: Of a Gemini package or its HTTP library. They share no base class, so that its
            `code` (the HTTP status) and the names of its classes decide.

    Returns:
        The coded error; `details` may hold `retry` (another attempt makes sense) and
        `retry_after_s` (the service's own wish).
    """
    status = getattr(error, "code", None)
    if not isinstance(status, int):
        return _unreachable(error)
    if status == 429:
        return _rate_limited(error)
    if status >= 500:
        failure = advice_unavailable(f"the service failed (HTTP {int(status)})")
        failure.details["retry"] = True
        return failure
    if status in (401, 403):
        return advice_unavailable(
            f"the service refused the key (HTTP {status})", ErrorCode.UNAUTHORIZED
        )
    if 300 <= status < 400:
        return _redirected()
    reason = f"the service refused the request (HTTP {int(status)})"
    return advice_unavailable(reason, ErrorCode.VALIDATION_ERROR)


def _rate_limited(error: Exception) -> PipeWeaveError:
    failure = advice_unavailable("the service is rate limited (HTTP 429)", ErrorCode.RATE_LIMITED)
    failure.details["retry"] = True
    headers = getattr(getattr(error, "response", None), "headers", {})
    after = str(headers.get("Retry-After", ""))
    if after.isdigit():
        failure.details["retry_after_s"] = int(after)
    return failure


def _redirected() -> PipeWeaveError:
    return advice_unavailable("the service redirects, which is not followed")


def _unreachable(error: Exception) -> PipeWeaveError:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & {"Timeout", "TimeoutError", "TimeoutException"}:
        return advice_unavailable("the service did not respond in time")
    if kinds & {"ParseError", "JSONDecodeError"}:
        return advice_unavailable("the service's response is not JSON", ErrorCode.VALIDATION_ERROR)
    if "TooManyRedirects" in kinds:
        return _redirected()
    if kinds & {"ConnectionError", "RequestException", "TransportError", "OSError"}:
        failure = advice_unavailable("the service cannot be reached")
        failure.details["retry"] = True
        return failure
    return advice_unavailable(f"the service's response cannot be read ({type(error).__name__})")
