"""Merge steps of the same type where that keeps the order of the models' inputs."""

from typing import Any

from pipeweave_dagster.core.documents import Step
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.pipelines.checks.parameters import SHARED
from pipeweave_dagster.core.pipelines.derived_features import MOST_DERIVED, USE

_NUMBERS, _CATEGORIES, _TEXTS, _OWN = "numbers", "categories", "texts", "own"
_BY_COLUMN = {"order": dict, "numbers": list, "features": list}
"""Parameters about single columns: those of two steps can be joined."""


def merge_steps(steps: list[Step], notes: list[str]) -> list[Step]:
    """Return the steps, each merged into an earlier equal one where possible; append notes."""
    merged: list[Step] = []
    renamed: dict[str, str] = {}
    for step in steps:
        place = _place(merged, step)
        if place is None:
            merged.append(step)
            continue
        notes.append(f"`{step.name}` does the same as `{merged[place].name}`: merged into it.")
        renamed[step.name] = merged[place].name
        merged[place] = _joined(merged[place], step)
    return [
        step.model_copy(update={"after": [renamed.get(name, name) for name in step.after]})
        for step in merged
    ]


def _place(merged: list[Step], step: Step) -> int | None:
    """Return the nearest earlier step that does the same, if none between adds to its inputs."""
    if step.kind not in ("preprocess", "feature"):
        return None
    for place in range(len(merged) - 1, -1, -1):
        before = merged[place]
        if before.use == step.use and _shared_params(before) == _shared_params(step):
            same_edges = set(before.after) == set(step.after)
            fits = _derived_count(before) + _derived_count(step) <= MOST_DERIVED
            return place if same_edges and fits else None
        if _inputs(before) & _inputs(step):
            return None
    return None


def _derived_count(step: Step) -> int:
    return len(step.params.get("features", []))


def _shared_params(step: Step) -> dict[str, Any]:
    """Return the parameters for all columns; a step of another package may combine its columns."""
    if step.use not in CATALOGUE:
        return {"of": step.name}
    defaults = {k: v for k, v in SHARED.items() if k in CATALOGUE[step.use].params}
    return defaults | {k: v for k, v in step.params.items() if k not in _BY_COLUMN}


def _inputs(step: Step) -> set[str]:
    """Return the groups of model inputs that a step adds to."""
    if step.kind not in ("preprocess", "feature"):
        return set()
    if step.use == USE:
        return {USE}
    if step.use not in CATALOGUE or CATALOGUE[step.use].reads:
        return {_OWN}
    if step.use == "text":
        return {_TEXTS, _NUMBERS} if step.params.get("counts") else {_TEXTS}
    if step.use == "categorical":
        return {_CATEGORIES, _NUMBERS} if step.params.get("numbers") else {_CATEGORIES}
    return {_NUMBERS}


def _joined(first: Step, second: Step) -> Step:
    params = dict(first.params)
    for key, kind in _BY_COLUMN.items():
        if key in second.params:
            added = second.params[key]
            if kind is dict:
                params[key] = {**params.get(key, {}), **added}
            else:
                own = params.get(key, [])
                params[key] = [*own, *(entry for entry in added if entry not in own)]
    columns = list(dict.fromkeys([*first.columns, *second.columns]))
    return first.model_copy(update={"columns": columns, "params": params})
