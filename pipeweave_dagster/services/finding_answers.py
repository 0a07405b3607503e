"""Answers to the findings of a data set: accepted, overridden with a reason, or acknowledged.

The first two go into the `pipeweave.yaml` of the data set, all at once, and count for the next run;
an acknowledgement changes no settings (see `acknowledgements`). The audit log has each of them,
with what the settings were before, so it can be taken back.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Findings
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.core.quality.user_decisions import (
    accept_findings,
    acknowledged_findings,
    override_findings,
)
from pipeweave_dagster.services.acknowledgements import acknowledge
from pipeweave_dagster.services.acting import current_principal
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.settings_file import Written, write_settings
from pipeweave_dagster.services.upload_locks import lock_upload

ACCEPTED, OVERRIDDEN = "accept", "override"


@dataclass(frozen=True)
class Answer:
    """One answer; `column` None means every finding of the code."""

    do: Literal["accept", "override", "acknowledge"]
    code: str
    column: str | None = None
    reason: str = ""


def answer_findings(
    store: DocumentStore, name: str, findings: Findings, answers: Sequence[Answer]
) -> tuple[dict[str, Any], Written | None]:
    """Write answers, and record each; return the settings that were merged in for the next run.

    Args:
        store: Where the settings are.
        name: The data set.
        findings: The findings that are answered.
        answers: Any number of answers; no run starts before the last one is written, and none at
            all if each only acknowledges.

    Raises:
        PipeWeaveError: NOT_FOUND without such a finding, VALIDATION_ERROR without a reason, if a
            finding has no proposal that settings can carry out, or if what blocks is acknowledged.
    """
    seen = {
        answer: acknowledged_findings(findings, answer.code, answer.column)
        for answer in answers
        if answer.do == "acknowledge"
    }
    answers = [answer for answer in answers if answer not in seen]
    patches = [_patch_of(findings, answer) for answer in answers]
    merged: dict[str, Any] = {}
    for patch in patches:
        merged = merge_settings(merged, patch)
    # All of them would be valid one by one and not together: then none is written.
    settings_from(merge_settings(current_settings(store, name), merged), SETTINGS_FILE)
    written = None
    with lock_upload(store, f"uploads/{name}/{SETTINGS_FILE}"):
        for answer, patch in zip(answers, patches, strict=True):
            written = write_settings(
                store,
                name,
                patch,
                action=ACCEPTED if answer.do == "accept" else OVERRIDDEN,
                reason=answer.reason,
                version=what_of(answer.code, answer.column),
            )
    for answer, covered in seen.items():
        acknowledge(store, name, what_of(answer.code, answer.column), covered, answer.reason)
    return merged, written


def _patch_of(findings: Findings, answer: Answer) -> dict[str, Any]:
    if answer.do == "accept":
        return accept_findings(findings, answer.code, answer.column)
    return override_findings(findings, answer.code, answer.column, answer.reason, _who_and_when())


def overrides_block(findings: Findings, answer: Answer) -> bool:
    """Return whether an answer overrides what stops runs, which takes the role of an approver."""
    return answer.do == "override" and any(
        f.state == "blocked" and f.code == answer.code and answer.column in {None, *f.columns}
        for f in findings.findings
    )


def what_of(code: str, column: str | None) -> str:
    """Return what an answer is about, as the audit log names it."""
    return code if column is None else f"{code} {column}"[:300]


def current_settings(store: DocumentStore, name: str) -> dict[str, Any]:
    """Return what the settings of a data set say, as JSON."""
    return settings_of(store, name).model_dump(mode="json", exclude_defaults=True)


def _who_and_when() -> dict[str, str]:
    """Return user and time of an override, as far as the system knows them."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return {"by": current_principal().name, "at": now}
