"""Why a run has failed, read from its events as Dagster's web server shows them."""

import json
import re
from collections.abc import Iterable
from typing import Any

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable, validation_error

_LIMIT = re.compile(r"maximum runtime of (\d+) seconds")
CANCELLED = unavailable("The run was cancelled.", fix="Start it again.")
FAILED = PipeWeaveError(ErrorCode.INTERNAL_ERROR, "The run failed.", fix="See the log of the run.")


def error_of_run(status: str, events: Iterable[dict[str, Any]]) -> PipeWeaveError | None:
    """Return why a run did not succeed; None if it did, or has not ended.

    Args:
        status: Dagster's status of the run.
        events: Its events, the oldest first; only read if it failed or was cancelled.
    """
    if status not in {"FAILURE", "CANCELED"}:
        return None
    ended = CANCELLED if status == "CANCELED" else FAILED
    for event in events:
        message = event.get("message") or ""
        if event["__typename"] == "RunCancelingEvent" and (limit := _LIMIT.search(message)):
            return _too_long(limit[1])
        if status == "FAILURE":
            found = _of_step(event) or _of_run(event["__typename"], message)
            if found is not None:
                return found
    return ended


def _of_step(event: dict[str, Any]) -> PipeWeaveError | None:
    """Return the error that a step failure has as metadata (see `lib.failures`)."""
    entries = (event.get("failureMetadata") or {}).get("metadataEntries") or []
    facts = {entry["label"]: entry.get("text") or entry.get("jsonString") for entry in entries}
    if facts.get("code") not in ErrorCode.__members__:
        return None
    return PipeWeaveError.from_envelope(
        {
            "code": facts["code"],
            "message": facts.get("message") or "",
            "details": json.loads(facts.get("details") or "{}"),
        }
    )


def _of_run(kind: str, message: str) -> PipeWeaveError | None:
    """Return the reason given by whoever ended the run: the reaper, or Dagster's code server."""
    code, _, text = message.partition(": ")
    if kind == "RunFailureEvent" and code in ErrorCode.__members__:
        return PipeWeaveError(ErrorCode(code), text)
    return None


def _too_long(limit: str) -> PipeWeaveError:
    return validation_error(
        f"The run took longer than its limit of {limit} s and was stopped.",
        fix="Use a smaller time budget or file, or raise PIPEWEAVE_TASK_TIME_LIMIT_S.",
        limit_s=int(limit),
    )
