"""The same pipeline in fewer steps: equal predictions, bit by bit, and less to read."""

from collections.abc import Mapping
from typing import Any

from pipeweave_dagster.core.documents import ColumnDeduction, PipelineSpec, Step
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.pipelines.checks.parameters import SHARED
from pipeweave_dagster.core.pipelines.derived_features import MOST, USE, derived_in, uses_of
from pipeweave_dagster.core.pipelines.step_choice import UNREAD

_NUMBERS, _CATEGORIES, _TEXTS, _OWN = "numbers", "categories", "texts", "own"
_READ_AS = {
    "numeric": "numeric",
    "boolean": "numeric",
    "categorical": "categorical",
    "text": "text",
}
_BY_COLUMN = {"order": dict, "numbers": list, "features": list}
"""Parameters that say something of single columns, so that those of two steps add up."""


def optimised(
    spec: PipelineSpec, known: Mapping[str, ColumnDeduction] | None = None
) -> tuple[PipelineSpec, list[str]]:
    """Prune columns that say nothing, drop steps without columns, and merge passes of one kind.

    Nothing changes that a model could see: constant columns reach none, a pruned one still decides
    each row's side of the split, and steps are merged where that leaves the order of inputs as it
    is (models draw columns at random by their places).

    Args:
        spec: A pipeline without problems.
        known: What is known of columns by name; without it none is known to be constant.

    Returns:
        The pipeline, and each change in words; the pipeline itself where there is none.
    """
    told: list[str] = []
    spec = _pruned(spec, known or {}, told)
    steps = _merged(_read_only_needed(spec, told), told)
    return (spec.model_copy(update={"steps": _linked(steps)}), told) if told else (spec, told)


def _pruned(
    spec: PipelineSpec, known: Mapping[str, ColumnDeduction], told: list[str]
) -> PipelineSpec:
    """Without features that hold one value only, if any other is left."""
    used = {c for f in derived_in(spec) for c in f.columns} | set(spec.monotone)
    said = next((s.params for s in spec.steps if s.kind == "extract"), {})
    used |= {*said.get("missing", {}), *said.get("merge_spellings", [])}
    reads = {
        name: _READ_AS[use]
        for name, step in uses_of(spec).items()
        if (use := _read(step)) in _READ_AS and name not in used
    }
    dead = [n for n in spec.features if n in reads and n in known and _constant(known[n])]
    if not dead or len(dead) == len(spec.features):
        return spec
    told += [f"`{name}` holds one value only, so no model sees it: pruned." for name in dead]
    before = spec.split.hashed_as
    held = {name: before.get(name, reads[name]) for name in dead}
    hashed = {k: v for k, v in {**before, **held}.items() if v != UNREAD or k not in dead}
    return spec.model_copy(
        update={
            "features": [name for name in spec.features if name not in dead],
            "steps": [_without(step, dead) for step in spec.steps],
            "dropped": {**spec.dropped, **dict.fromkeys(dead, "holds one value only")},
            "split": spec.split.model_copy(update={"hashed_as": hashed}),
        }
    )


def _read(use: str) -> str:
    known = CATALOGUE.get(use)
    return use if known is None else known.reads or use


def _constant(column: ColumnDeduction) -> bool:
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


def _read_only_needed(spec: PipelineSpec, told: list[str]) -> list[Step]:
    """Derived features name the columns that they are made of, and no others."""
    steps = []
    for step in spec.steps:
        if step.use == USE:
            needed = {c for entry in step.params["features"] for c in entry["columns"]}
            if idle := [name for name in step.columns if name not in needed]:
                told.append(f"`{step.name}` makes nothing of {', '.join(idle)}: pruned there.")
                step = _without(step, idle)  # noqa: PLW2901
        if step.columns or step.kind in ("train", "predict"):
            steps.append(step)
        else:
            told.append(f"`{step.name}` has no column left: dropped.")
    return steps


def _merged(steps: list[Step], told: list[str]) -> list[Step]:
    """Steps with those of the same use laid into the first, where the order of inputs stays."""
    made: list[Step] = []
    renamed: dict[str, str] = {}
    for step in steps:
        place = _place(made, step)
        if place is None:
            made.append(step)
            continue
        told.append(f"`{step.name}` does the same as `{made[place].name}`: merged into it.")
        renamed[step.name] = made[place].name
        made[place] = _both(made[place], step)
    return [
        step.model_copy(update={"after": [renamed.get(name, name) for name in step.after]})
        for step in made
    ]


def _place(made: list[Step], step: Step) -> int | None:
    """The nearest step before it that does the same, with none between that fills its inputs."""
    if step.kind not in ("preprocess", "feature"):
        return None
    for place in range(len(made) - 1, -1, -1):
        before = made[place]
        if before.use == step.use and _shared(before) == _shared(step):
            alike = set(before.after) == set(step.after)
            return place if alike and _made_by(before) + _made_by(step) <= MOST else None
        if _inputs(before) & _inputs(step):
            return None
    return None


def _made_by(step: Step) -> int:
    return len(step.params.get("features", []))


def _shared(step: Step) -> dict[str, Any]:
    """What it says of all its columns alike; a step of another package may look at all at once."""
    if step.use not in CATALOGUE:
        return {"of": step.name}
    usual = {k: v for k, v in SHARED.items() if k in CATALOGUE[step.use].params}
    return usual | {k: v for k, v in step.params.items() if k not in _BY_COLUMN}


def _inputs(step: Step) -> set[str]:
    """Which lists of a model's inputs a step adds to."""
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


def _both(first: Step, second: Step) -> Step:
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


def _linked(steps: list[Step]) -> list[Step]:
    """Edges to steps that are there, each once."""
    names = {step.name for step in steps}
    return [
        s.model_copy(update={"after": [a for a in dict.fromkeys(s.after) if a in names]})
        for s in steps
    ]
