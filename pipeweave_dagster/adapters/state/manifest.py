"""The records of the state model; all are JSON objects in the storage."""

import operator
from typing import Any, Literal

from pydantic import Field

from pipeweave_dagster.core.documents import Part


class Entry(Part):
    """One asset's document as a run made (or reused) it.

    `inputs` maps each upstream asset to the document that was read, which shows whether two entries
    belong together. `key` is the reuse key (see `lib.reuse_key`).
    """

    document: str
    key: str
    run_id: str
    made_at: float
    inputs: dict[str, str] = {}


class Manifest(Part):
    """What one run reads and makes; `datasets/<dataset>/runs/<run_id>.json`.

    `entries` starts as a copy of HEAD (or of the parent run's entries); the run loads its inputs
    from there only. `made` lists what this run made, `inherited` what its parent run made, `read`
    the entries that were read from HEAD. `skipped` lists what it was to make but cannot, such as a
    model without a target. `generation` counts the runs of the data set, so it orders them also
    where a clock was set back. `state` and `ended_at` say how the run ended (empty in manifests
    that are older than these fields), `seconds` how long each asset took. `job` is what was run.
    `upload` is unused; older manifests contain it.
    """

    dataset: str
    run_id: str
    parent_run_id: str | None = None
    started_at: float
    generation: int = 0
    entries: dict[str, Entry] = {}
    made: list[str] = []
    inherited: list[str] = []
    read: dict[str, str] = {}
    skipped: list[str] = Field(default=[], exclude_if=operator.not_)
    state: Literal["running", "succeeded", "failed", "superseded", ""] = Field(
        default="", exclude_if=operator.not_
    )
    ended_at: float | None = Field(default=None, exclude_if=operator.not_)
    seconds: dict[str, float] = Field(default={}, exclude_if=operator.not_)
    job: str = Field(default="", exclude_if=operator.not_)
    upload: dict[str, Any] = Field(default={}, exclude=True)


class Head(Part):
    """The published state of a data set; `datasets/<dataset>/HEAD.json`.

    `started` and `generations` say when, and as which run of the data set, the run of each entry
    began.
    """

    dataset: str
    run_id: str
    moved_at: float
    entries: dict[str, Entry]
    started: dict[str, float] = {}
    generations: dict[str, int] = {}

    def stale(self) -> dict[str, str]:
        """Return the assets whose inputs have changed since they were made, with the reason."""
        return {
            asset: f"{upstream} was remade after it"
            for asset, entry in self.entries.items()
            for upstream, document in entry.inputs.items()
            if upstream in self.entries and self.entries[upstream].document != document
        }


class Attempt(Part):
    """The state of the last run of a data set, for the pages; `datasets/<dataset>/LAST.json`.

    `job` is what was run, such as `predict_batch`; empty in records that are older than the field.
    `seen_until` is when a rename wrote the uploads anew that were seen before; 0 without one.
    """

    run_id: str
    started_at: float
    generation: int = 0
    state: Literal["running", "succeeded", "failed", "superseded"]
    asset: str | None = None
    error: dict[str, Any] | None = None
    blocked: list[str] = []
    job: str = Field(default="", exclude_if=operator.not_)
    seen_until: float = Field(default=0.0, exclude_if=operator.not_)


class Generation(Part):
    """How many runs of a data set have begun; `datasets/<dataset>/GENERATION.json`."""

    last: int
