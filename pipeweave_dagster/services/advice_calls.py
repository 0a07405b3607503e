"""Calls to an advisor within the limits of one run; every reply is recorded and reused."""

import contextlib
import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from pydantic import SecretStr

from pipeweave_dagster.adapters.gemini import ask_gemini, package
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.worker import TIMED_OUT, Worker
from pipeweave_dagster.core.advice.advisor import Advisor
from pipeweave_dagster.core.advice.call_cost import cost_usd, most_usd
from pipeweave_dagster.core.advice.reply import RefusedReplyError
from pipeweave_dagster.core.advice.request import RequestOptions, request_key
from pipeweave_dagster.core.documents.advice import AdviceRecord, AdviceReply, AdviceRequest
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.advice_records import load_record, save_record
from pipeweave_dagster.settings import Settings

T = TypeVar("T")
_GRACE_S = 0.5
_LEAST_S = 1.0


class NoAdviceError(Exception):
    """There is no usable advice; the message is the reason, in one short sentence.

    Attributes:
        final: Whether another run with the same settings would end the same way.
    """

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class Reply(NamedTuple, Generic[T]):
    """A reply that passed its check, and the record of the call."""

    value: T
    record: AdviceRecord


class GeminiAdvisor:
    """Gemini in a child process of its own, which is killed at the time limit."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._worker = Worker(preload=(package(),), threads=1, access="network")

    def start(self) -> None:
        """Start the child, so that its imports (seconds) overlap with other work."""
        self._worker.start()

    def ask(self, request: AdviceRequest, time_limit_s: float) -> AdviceReply:
        """See `Advisor`."""
        return self._worker.call(
            time_limit_s + _GRACE_S,
            ask_gemini,
            request=request,
            api_key=self._settings.google_api_key or SecretStr(""),
            limit_s=time_limit_s,
            endpoint=self._settings.advisor_endpoint,
        )

    def close(self) -> None:
        """Kill the child."""
        self._worker.close()


def why_no_advice(settings: Settings) -> str | None:
    """Return why the settings rule out advice although an advisor is configured; else None."""
    if settings.secret("google_api_key") is None:
        return "GOOGLE_API_KEY is not set"
    return "the privacy level is none" if settings.advice_level == "none" else None


def advice_enabled(settings: Settings) -> bool:
    """Return whether an advisor is called at all."""
    return settings.advisor != "rules" and why_no_advice(settings) is None


def request_options(settings: Settings) -> RequestOptions:
    """Return the model and the privacy level of the settings."""
    return RequestOptions(settings.advisor_model, settings.advice_level)


class AdvisorSession:
    """The calls of one run to an advisor, and what is left of its money and time.

    Args:
        store: Where calls are recorded.
        settings: Model, privacy level and limits.
        advisor: Receives the requests that have no record.
    """

    def __init__(self, store: DocumentStore, settings: Settings, advisor: Advisor) -> None:
        self._store, self._settings, self._advisor = store, settings, advisor
        self._spent_usd = 0.0
        self._left_s = settings.advice_time_limit_s

    def reply_to(self, dataset: str, request: AdviceRequest, read: Callable[[str], T]) -> Reply[T]:
        """Return the checked reply to a request, from its record if there is one.

        Args:
            dataset: Whose records are used.
            request: The request.
            read: Checks a reply, and raises `RefusedReplyError` if it is unusable.

        Raises:
            NoAdviceError: There is no reply within the limits, or it was refused.
        """
        known = load_record(self._store, dataset, request_key(request))
        if known is not None:
            with contextlib.suppress(RefusedReplyError):  # a new call may do better
                return Reply(read(known.reply.text), known)
        record = self._call(request)
        save_record(self._store, dataset, record)
        asked = {"call": record.key, "model": request.model, "cost_usd": record.cost_usd}
        audit.record(self._store, "advice", dataset, after=asked)
        try:
            return Reply(read(record.reply.text), record)
        except RefusedReplyError as error:
            raise NoAdviceError(str(error)) from None

    def _call(self, request: AdviceRequest) -> AdviceRecord:
        most, left = most_usd(request), self._settings.advice_budget_usd - self._spent_usd
        if most > left:
            raise NoAdviceError(
                f"a call may cost up to {most:.4f} USD, but only {max(left, 0):.4f} USD are left "
                "of the budget"
            )
        if self._left_s < _LEAST_S:
            raise NoAdviceError("the time limit for advice is used up")
        asked_at, began = time.time(), time.monotonic()
        self._spent_usd += most  # a failed call may have cost something, too
        try:
            reply = self._advisor.ask(request, self._left_s)
        except PipeWeaveError as error:
            raise NoAdviceError(_reason(error)) from None
        finally:
            seconds = time.monotonic() - began
            self._left_s -= seconds
        cost = cost_usd(request.model, reply)
        self._spent_usd += cost - most
        return AdviceRecord(
            key=request_key(request),
            request=request,
            reply=reply,
            cost_usd=cost,
            asked_at=asked_at,
            seconds=round(seconds, 3),
        )


def _reason(error: PipeWeaveError) -> str:
    if TIMED_OUT in error.details:
        return "the service did not respond in time"
    if error.code is ErrorCode.INTERNAL_ERROR:
        return "the advisor's process failed; see the log"
    return error.message[:200]
