"""The part of the feature frame whose values decide the side of each row in the split."""

import json

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.derived_features import USE
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.step_choice import UNREAD


def split_frame(spec: PipelineSpec, frame: list[FrameEntry]) -> list[FrameEntry]:
    """Return the entries that the split hashes.

    Derived features add nothing that identifies a row, and neither they nor a changed step may
    move a row to the other side.
    """
    hashed_as = spec.split.hashed_as
    names = {entry["name"] for entry in frame}
    pruned: list[FrameEntry] = [
        {"name": name, "use": use}
        for name, use in hashed_as.items()
        if name not in names and use != UNREAD
    ]
    return pruned + [
        {**entry, "use": hashed_as[entry["name"]]}
        if entry["name"] in hashed_as
        else _without_parts(entry)
        for entry in frame
        if entry["use"] != USE and hashed_as.get(entry["name"]) != UNREAD
    ]


def _without_parts(entry: FrameEntry) -> FrameEntry:
    """Drop the numbers beside a category or a text, which add nothing that identifies a row."""
    entry = entry.copy()
    if entry["use"] != "date_parts":
        entry.pop("parts", None)
    return entry


def divides_alike(first: PipelineSpec, second: PipelineSpec) -> bool:
    """Return whether both hash the same of a row, so that it is on the same side in both."""
    return _hashed(first) == _hashed(second)


def _hashed(spec: PipelineSpec) -> tuple[object, ...]:
    split = spec.split
    entries = split_frame(spec, feature_frame(spec))
    read = sorted(json.dumps(entry, sort_keys=True) for entry in entries)
    return split.kind, split.column, split.id, split.test_share, read
