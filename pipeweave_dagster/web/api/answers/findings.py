"""Findings, and the answers to them."""

from typing import Literal

from pydantic import BaseModel

from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.web.api.answers import Json


class FindingRow(Finding):
    """A finding; `open` while it neither passed nor has an answer."""

    open: bool


class AnswerRow(BaseModel):
    """An answer; `at` is in seconds since 1970, `about` a code and a column.

    What was accepted or overridden counts for the next run.
    """

    answer_id: str
    at: float
    by: str
    do: Literal["accept", "override", "acknowledge"]
    about: str
    reason: str


class FindingFacts(BaseModel):
    """The findings of the last run that was checked, and the answers to them."""

    dataset: str
    run_id: str
    document: str
    is_latest: bool
    findings: list[FindingRow]
    answers: list[AnswerRow]


class AnsweredFindings(BaseModel):
    """What was written into pipeweave.yaml; the run that then starts by itself uses it.

    Without `settings` nothing was written, and no run starts: so it is with acknowledgements alone.

    `answer_ids` has the id of each answer that was given, by which it can be taken back.
    """

    dataset: str
    key: str
    settings: Json
    comments_kept: bool
    answer_ids: list[str] = []
