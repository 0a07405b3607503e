"""What an adviser is to the rest: it answers a request, or fails with a plain reason."""

from typing import Protocol

from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError


class Advisor(Protocol):
    """A provider of advice. Gemini is one; another SDK or a local model would be a second file."""

    def ask(self, request: AdviceRequest, time_limit_s: float) -> AdviceReply:
        """Answer within the time, or raise `PipeWeaveError` with a reason fit for people."""
        ...


def no_answer(reason: str, code: ErrorCode = ErrorCode.SERVICE_UNAVAILABLE) -> PipeWeaveError:
    """Why there is no reply to use; `reason` is PipeWeave's own words, never the service's."""
    return PipeWeaveError(code, reason)
