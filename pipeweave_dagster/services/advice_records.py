"""Ask an adviser inside the limits of one run, keep what was said, and answer from the records."""

import contextlib
import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from pydantic import SecretStr, ValidationError

from pipeweave_dagster.adapters.gemini import ask_gemini
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.worker import TIMED_OUT, Worker
from pipeweave_dagster.core.advice.advisor import Advisor
from pipeweave_dagster.core.advice.call_cost import cost_usd, most_usd
from pipeweave_dagster.core.advice.reply import RefusedReplyError
from pipeweave_dagster.core.advice.request import RequestOptions, request_key
from pipeweave_dagster.core.documents.advice import (
    AdviceNote,
    AdviceRecord,
    AdviceReply,
    AdviceRequest,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.settings import Settings

T = TypeVar("T")
_GRACE_S = 0.5
_LEAST_S = 1.0


class RulesAnswerError(Exception):
    """There is no advice to use; its text says why, in one short sentence.

    Attributes:
        final: Whether another run with the same settings would end alike.
    """

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class Answer(NamedTuple, Generic[T]):
    """A reply that was read, and its record."""

    value: T
    record: AdviceRecord


class GeminiAdvisor:
    """Gemini in a child process of its own, which dies when the time is over."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._worker = Worker(preload=("google.generativeai",), threads=1)

    def start(self) -> None:
        """Let the child import the package (seconds) while other work goes on."""
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


def why_rules(settings: Settings) -> str | None:
    """Why the settings leave everything to the rules, though an adviser is wanted; else None."""
    if settings.secret("google_api_key") is None:
        return "GOOGLE_API_KEY is not set"
    return "the privacy level is none" if settings.advice_level == "none" else None


def is_on(settings: Settings) -> bool:
    """Whether an adviser is asked at all."""
    return settings.advisor != "rules" and why_rules(settings) is None


def asking(settings: Settings) -> RequestOptions:
    """Model and level of the settings."""
    return RequestOptions(settings.advisor_model, settings.advice_level)


class Adviser:
    """One run's dealings with an adviser: its records, and what is left of money and time.

    Args:
        store: Where records are kept.
        settings: Model, level and limits.
        advisor: Who is asked what no record answers.
    """

    def __init__(self, store: DocumentStore, settings: Settings, advisor: Advisor) -> None:
        self._store, self._settings, self._advisor = store, settings, advisor
        self._spent_usd = 0.0
        self._left_s = settings.advice_time_limit_s

    def answer(self, dataset: str, request: AdviceRequest, read: Callable[[str], T]) -> Answer[T]:
        """The checked reply to a request, from its record if there is one.

        Args:
            dataset: Whose records are meant.
            request: The request.
            read: Checks a reply, and raises `RefusedReplyError` for a bad one.

        Raises:
            RulesAnswerError: No reply can be had within the limits, or it was refused.
        """
        known = load_record(self._store, dataset, request_key(request))
        if known is not None:
            with contextlib.suppress(RefusedReplyError):  # asked again: it may do better
                return Answer(read(known.reply.text), known)
        record = self._asked(request)
        save_record(self._store, dataset, record)
        try:
            return Answer(read(record.reply.text), record)
        except RefusedReplyError as error:
            raise RulesAnswerError(str(error)) from None

    def _asked(self, request: AdviceRequest) -> AdviceRecord:
        most, left = most_usd(request), self._settings.advice_budget_usd - self._spent_usd
        if most > left:
            raise RulesAnswerError(
                f"a call may cost up to {most:.4f} USD, and {max(left, 0):.4f} USD are left of the "
                "budget"
            )
        if self._left_s < _LEAST_S:
            raise RulesAnswerError("the time for advice is over")
        asked_at, began = time.time(), time.monotonic()
        self._spent_usd += most  # a call that fails may have cost something, too
        try:
            reply = self._advisor.ask(request, self._left_s)
        except PipeWeaveError as error:
            raise RulesAnswerError(_reason(error)) from None
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
        return "the service did not answer in time"
    if error.code is ErrorCode.INTERNAL_ERROR:
        return "the adviser's process failed; the log says how"
    return error.message[:200]


def note_of(
    records: list[AdviceRecord], kept: list[str], refused: list[str] | None = None
) -> AdviceNote:
    """What a document says of the calls that it owes something to."""
    first = records[0].request
    return AdviceNote(
        adviser=first.adviser,
        model=first.model,
        prompt=first.prompt,
        level=first.level,
        records=[r.key for r in records],
        tokens_in=sum(r.reply.tokens_in for r in records),
        tokens_out=sum(r.reply.tokens_out for r in records),
        cost_usd=round(sum(r.cost_usd for r in records), 8),
        kept=kept,
        refused=refused or [],
    )


def _folder(dataset: str) -> str:
    return f"datasets/{dataset}/advice/"


def load_record(store: DocumentStore, dataset: str, key: str) -> AdviceRecord | None:
    """A recorded call, or None (also where the record cannot be read: then it is made anew)."""
    found = store.storage.get_tagged(f"{_folder(dataset)}{key}.json")
    with contextlib.suppress(ValidationError):
        return AdviceRecord.model_validate_json(found[0]) if found else None
    return None


def save_record(store: DocumentStore, dataset: str, record: AdviceRecord) -> None:
    """Keep a call."""
    data = record.model_dump_json(indent=1).encode()
    store.storage.put(f"{_folder(dataset)}{record.key}.json", data)


def records(store: DocumentStore, dataset: str) -> list[AdviceRecord]:
    """All recorded calls of a data set, the oldest first."""
    keys = [o.key.rpartition("/")[2] for o in store.storage.list(_folder(dataset))]
    found = [load_record(store, dataset, k.removesuffix(".json")) for k in keys]
    return sorted((r for r in found if r is not None), key=lambda r: (r.asked_at, r.key))
