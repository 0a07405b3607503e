"""Remove columns and steps of a pipeline that reach no model."""

from collections.abc import Mapping
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, PipelineSpec, Step
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.pipelines.derived_features import USE, derived_in, uses_of
from pipeweave_dagster.core.pipelines.step_choice import UNREAD

_HASHED_AS = {
    "numeric": "numeric",
    "boolean": "numeric",
    "categorical": "categorical",
    "text": "text",
}


def prune_constant_columns(
    spec: PipelineSpec, known: Mapping[str, ColumnDeduction], notes: list[str]
) -> PipelineSpec:
    """Drop features with a single value, unless all features have one; append notes.

    A pruned column still takes part in the hash that decides a row's side of the split.
    """
    needed = _columns_needed_elsewhere(spec)
    hashed_as = {
        name: _HASHED_AS[read_as]
        for name, use in uses_of(spec).items()
        if (read_as := _read_as(use)) in _HASHED_AS and name not in needed
    }
    constant = [
        n for n in spec.features if n in hashed_as and n in known and _is_constant(known[n])
    ]
    if not constant or len(constant) == len(spec.features):
        return spec
    notes += [f"`{name}` has a single value, which no model uses: pruned." for name in constant]
    before = spec.split.hashed_as
    pruned = {name: before.get(name, hashed_as[name]) for name in constant}
    kept = {k: v for k, v in {**before, **pruned}.items() if v != UNREAD or k not in constant}
    return spec.model_copy(
        update={
            "features": [name for name in spec.features if name not in constant],
            "steps": [_without(step, constant) for step in spec.steps],
            "dropped": {**spec.dropped, **dict.fromkeys(constant, "has a single value")},
            "split": spec.split.model_copy(update={"hashed_as": kept}),
        }
    )


def prune_steps(spec: PipelineSpec, notes: list[str]) -> list[Step]:
    """Drop steps without columns, and columns that no derived feature uses; append notes."""
    steps = []
    for step in spec.steps:
        if step.use == USE:
            needed = {c for entry in step.params["features"] for c in entry["columns"]}
            if unused := [name for name in step.columns if name not in needed]:
                notes.append(f"`{step.name}` does not use {', '.join(unused)}: pruned there.")
                step = _without(step, unused)  # noqa: PLW2901
        if step.columns or step.kind in ("train", "predict"):
            steps.append(step)
        else:
            notes.append(f"`{step.name}` has no columns left: dropped.")
    return steps


def _columns_needed_elsewhere(spec: PipelineSpec) -> set[str]:
    params = next((s.params for s in spec.steps if s.kind == "extract"), {})
    corrected = {*params.get("missing", {}), *params.get("merge_spellings", [])}
    return {c for f in derived_in(spec) for c in f.columns} | set(spec.monotone) | corrected


def _read_as(use: str) -> str:
    known = CATALOGUE.get(use)
    return use if known is None else known.reads or use


def _is_constant(column: ColumnDeduction) -> bool:
    return column.distinct == 0 or (column.distinct == 1 and column.missing == 0)


def _without(step: Step, names: list[str]) -> Step:
    params: dict[str, Any] = {}
    for key, value in step.params.items():
        if key in ("order", "missing"):
            params[key] = {k: v for k, v in value.items() if k not in names}
        elif key in ("numbers", "merge_spellings"):
            params[key] = [v for v in value if v not in names]
        else:
            params[key] = value
    columns = [name for name in step.columns if name not in names]
    return step.model_copy(update={"columns": columns, "params": params})
