"""The interface of a provider of advice, and its error."""

from typing import Protocol

from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError


class Advisor(Protocol):
    """A provider of advice, such as Gemini; another SDK or a local model would be another file."""

    def ask(self, request: AdviceRequest, time_limit_s: float) -> AdviceReply:
        """Reply within the time limit, or raise a `PipeWeaveError` whose message users can read."""
        ...


def advice_unavailable(
    reason: str, code: ErrorCode = ErrorCode.SERVICE_UNAVAILABLE
) -> PipeWeaveError:
    """Return the error for a missing reply; `reason` never quotes the service."""
    return PipeWeaveError(code, reason)
