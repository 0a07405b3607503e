"""The small records of the state model; all are JSON objects in the storage."""

from typing import Any, Literal

from pipeweave_dagster.core.documents import Part


class Entry(Part):
    """One asset's document as a run made (or reused) it.

    `inputs` maps each upstream asset to the document that was read, so a reader can tell whether
    two entries belong together. `key` is the reuse key (see `lib.stages`).
    """

    document: str
    key: str
    run_id: str
    made_at: float
    inputs: dict[str, str] = {}


class Manifest(Part):
    """What one run sees and makes; `datasets/<dataset>/runs/<run_id>.json`.

    `entries` starts as HEAD stood when the run began (or as the parent run left it) and is the
    only thing that the run's inputs load from. `made` lists what this run itself made, `inherited`
    what its parent run had made, `read` the entries that inputs took over from HEAD.
    """

    dataset: str
    run_id: str
    parent_run_id: str | None = None
    started_at: float
    entries: dict[str, Entry] = {}
    made: list[str] = []
    inherited: list[str] = []
    read: dict[str, str] = {}
    upload: dict[str, Any] = {}


class Head(Part):
    """The last complete state of a data set; `datasets/<dataset>/HEAD.json`."""

    dataset: str
    run_id: str
    moved_at: float
    entries: dict[str, Entry]
    started: dict[str, float] = {}

    def stale(self) -> dict[str, str]:
        """Assets whose inputs have moved on since they were made, each with the reason."""
        return {
            asset: f"{upstream} was made anew after it"
            for asset, entry in self.entries.items()
            for upstream, document in entry.inputs.items()
            if upstream in self.entries and self.entries[upstream].document != document
        }


class Attempt(Part):
    """How the last run of a data set ended; `datasets/<dataset>/LAST.json`, for people."""

    run_id: str
    started_at: float
    state: Literal["running", "succeeded", "failed", "superseded"]
    asset: str | None = None
    error: dict[str, Any] | None = None
    blocked: list[str] = []
