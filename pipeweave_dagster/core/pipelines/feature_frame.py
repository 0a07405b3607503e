"""The row-by-row part of a pipeline, in the form that `prepare_features.prepare` executes."""

from typing import Any

import pandas as pd

from pipeweave_dagster.core.columns.value_corrections import normalise_spelling
from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.model.column_values import as_text
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE, TEXT_COUNTS
from pipeweave_dagster.core.pipelines.custom_steps import prepared_as
from pipeweave_dagster.core.pipelines.derived_features import USE, derived_in


def feature_frame(spec: PipelineSpec) -> list[FrameEntry]:
    """Return one entry per column, and one per derived feature after them."""
    frame = [
        corrected(spec, _entry(step, name))
        for step in spec.steps
        if step.kind in ("preprocess", "feature") and step.use != USE
        for name in step.columns
    ]
    frame.extend(
        {"name": f.name, "use": USE, "operator": f.operator, "columns": list(f.columns)}
        for f in derived_in(spec)
    )
    return frame


def corrected(spec: PipelineSpec, entry: FrameEntry) -> FrameEntry:
    """Return the entry with the value corrections that the pipeline's first step specifies."""
    params = next((step.params for step in spec.steps if step.use == "table"), {})
    entry = entry.copy()
    if missing := params.get("missing", {}).get(entry["name"]):
        entry["missing"] = _texts(missing)
    if entry["name"] in params.get("merge_spellings", []):
        entry["merge_spellings"] = True
        if "order" in entry:
            entry["order"] = list(
                dict.fromkeys(normalise_spelling(level) for level in entry["order"])
            )
    return entry


def _entry(step: Step, name: str) -> FrameEntry:
    known = CATALOGUE.get(step.use)
    use = prepared_as(step.use) if known is None else known.reads or step.use
    entry: FrameEntry = {"name": name, "use": use}
    if step.use == "ordinal":
        entry["order"] = _texts(step.params.get("order", {}).get(name, []))
    if step.use == "date_parts":
        entry["parts"] = list(step.params.get("parts", ["epoch"]))
    if step.use == "text" and step.params.get("counts"):
        entry["parts"] = list(TEXT_COUNTS)
    if name in step.params.get("numbers", []):
        entry["parts"] = ["number"]
    return entry


def _texts(values: list[Any]) -> list[str]:
    """Return values as the text that cells are compared with (YAML parses 1 and yes)."""
    return [str(text) for text in as_text(pd.Series(values, dtype=object))]
