"""Entries of features that compare a row with its group; transformers compute them, fold by fold.

Written beside feature crosses in model files and documents, so that a model can be explained and
fitted again. `prepare_features.prepare` skips them.
"""

from dataclasses import replace

from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.layout import Layout

USE = "relative"
RELATIVE, TARGET_MEAN = "relative", "target_mean"


def feature_name(operator: str, columns: list[str]) -> str:
    """Return the name of a feature, such as `relative(price, race)`."""
    return f"{operator}({', '.join(columns)})"


def relative_entry(number: str, group: tuple[str, ...]) -> FrameEntry:
    """Return the entry of a number relative to the rows with equal values in some columns."""
    return _entry(RELATIVE, [number, *group])


def encoded_entry(group: tuple[str, ...]) -> FrameEntry:
    """Return the entry of the mean target of the rows with equal values in some columns."""
    return _entry(TARGET_MEAN, list(group))


def _entry(operator: str, columns: list[str]) -> FrameEntry:
    name = feature_name(operator, columns)
    return {"name": name, "use": USE, "operator": operator, "columns": columns}


def layout_with_groups(columns: Layout, entries: list[FrameEntry]) -> Layout:
    """Return the layout with those of the entries that compare rows with groups."""
    own = [entry for entry in entries if entry["use"] == USE]
    relative = [e["columns"] for e in own if e["operator"] == RELATIVE]
    encoded = [e["columns"] for e in own if e["operator"] == TARGET_MEAN]
    return replace(
        columns,
        relative=tuple((number, tuple(group)) for number, *group in relative),
        encoded=tuple(tuple(group) for group in encoded),
    )
