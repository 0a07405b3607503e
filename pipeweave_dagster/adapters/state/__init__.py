"""The state of data sets: documents by content, a manifest per run, one HEAD per data set."""

from pipeweave_dagster.adapters.state.documents import DocumentStore
from pipeweave_dagster.adapters.state.manifest import Attempt, Entry, Head, Manifest
from pipeweave_dagster.adapters.state.overview_marks import mark_changed
from pipeweave_dagster.adapters.state.runs import RunState, publish

__all__ = [
    "Attempt",
    "DocumentStore",
    "Entry",
    "Head",
    "Manifest",
    "RunState",
    "mark_changed",
    "publish",
]
