"""What both packages' replies have in common."""

from pipeweave_dagster.core.advice.advisor import advice_unavailable
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError


def request_blocked() -> PipeWeaveError:
    """Return the error for a request that the service's filters stopped."""
    return advice_unavailable("the request was blocked by the service", ErrorCode.VALIDATION_ERROR)


def refuse_unfinished(*, complete: bool, cut_off: bool) -> None:
    """Refuse a reply that did not end by itself.

    Args:
        complete: Whether the model stopped by itself.
        cut_off: Whether it reached the limit of tokens.

    Raises:
        PipeWeaveError: VALIDATION_ERROR.
    """
    if cut_off:
        raise advice_unavailable("the reply was cut off", ErrorCode.VALIDATION_ERROR)
    if not complete:
        raise advice_unavailable("the reply was blocked by the service", ErrorCode.VALIDATION_ERROR)
