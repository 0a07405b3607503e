"""Static checks of a step's parameters: names, types, choices, ranges, columns, levels."""

from collections.abc import Collection, Iterator
from typing import Any

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.pipelines.catalogue import (
    CATALOGUE,
    CLIPPED,
    DATE_PARTS,
    IMPUTE,
    STRATEGIES,
    StepType,
)
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest

_CHOICES = {
    "families": FAMILIES,
    "parts": DATE_PARTS,
    "impute": IMPUTE,
    "strategy": STRATEGIES,
}
_RANGES = {
    "max_native": (0, 10_000),
    "dimensions": (1, 1_000),
    "lower": (0, 1),
    "upper": (0, 1),
    "bins": (2, 100),
    "width": (2, 1_000),
}
SHARED = {"impute": "median", "indicator": True, "max_native": 40, "dimensions": 32}
"""Parameters that apply to a whole pipeline, with their defaults."""


def shared_problems(spec: PipelineSpec) -> Iterator[Problem]:
    """Yield steps of one type that differ in a parameter shared by all columns of that type."""
    first: dict[str, Step] = {}
    for index, step in enumerate(spec.steps):
        before = first.setdefault(step.use, step)
        known = CATALOGUE.get(step.use)
        for name in known.params if known else ():
            usual = SHARED.get(name)
            value = before.params.get(name, usual)
            if usual is not None and step.params.get(name, usual) != value:
                message = f"`{before.name}` and `{step.name}` differ in `{name}`."
                fix = f"Set `{name}: {str(value).lower()}` in both: `{step.use}` steps share it."
                yield Problem("PIP310", f"steps.{index}.params.{name}", message, fix)


def parameter_problems(
    path: str, step: Step, kind: StepType, spec: PipelineSpec
) -> Iterator[Problem]:
    """Yield problems in the names, types and values of one step's parameters.

    Args:
        path: Path of the step in the specification.
        step: The step.
        kind: Its type, of the catalogue or an installed package.
        spec: The whole pipeline.
    """
    for name, value in step.params.items():
        at = f"{path}.params.{name}"
        if name not in kind.params:
            message = f"`{step.use}` has no parameter `{name}`."
            yield Problem("PIP305", at, message, nearest(name, kind.params))
        elif type(value) not in kind.params[name]:
            types = " or ".join(t.__name__ for t in kind.params[name])
            yield Problem(
                "PIP306", at, f"It has the type {type(value).__name__}.", f"Give {types}."
            )
        else:
            yield from _values(at, name, value, step, spec)
    if step.use == "ordinal" and "order" not in step.params:
        yield from _order(f"{path}.params.order", {}, step)
    if step.use == "clip":
        yield from _quantiles(f"{path}.params", {**CLIPPED, **step.params})


def _quantiles(path: str, params: dict[str, Any]) -> Iterator[Problem]:
    low, high = params["lower"], params["upper"]
    numbers = all(type(value) in (int, float) for value in (low, high))
    if numbers and not low < high:
        message = f"`lower` ({low}) is not below `upper` ({high})."
        yield Problem("PIP309", path, message, "Use 0.01 and 0.99.")


def _values(path: str, name: str, value: Any, step: Step, spec: PipelineSpec) -> Iterator[Problem]:
    if name in _CHOICES:
        yield from _choices(path, [value] if isinstance(value, str) else value, _CHOICES[name])
    elif name in _RANGES:
        low, high = _RANGES[name]
        if not low <= value <= high:
            yield Problem("PIP309", path, f"It is {value}.", f"Use {low} to {high}.")
    elif step.use == "categorical" and name == "numbers":
        yield from _columns(path, value, step.columns)
    elif step.use == "ordinal":
        yield from _order(path, value, step)
    elif step.use == "table":
        yield from _columns(path, list(value), [*spec.features, spec.target])
        for column, values in value.items() if isinstance(value, dict) else ():
            if not isinstance(values, list):
                message = f"The values of `{column}` are not a list but {type(values).__name__}."
                yield Problem("PIP306", f"{path}.{column}", message, "List the values.")
            elif not all(isinstance(one, str | int | float) for one in values):
                message = f"A value of `{column}` is neither text nor a number."
                yield Problem("PIP309", f"{path}.{column}", message, "Use text or numbers.")


def _choices(path: str, values: list[Any], known: Collection[str]) -> Iterator[Problem]:
    for value in values:
        if value not in known:
            yield Problem(
                "PIP307", path, f"`{value}` is not a known value.", nearest(str(value), known)
            )
    if not values:
        yield Problem("PIP309", path, "It is empty.", f"Use one of: {', '.join(known)}.")
    if len({str(value) for value in values}) < len(values):
        yield Problem("PIP309", path, "It names a value twice.", "Name each once.")


def _columns(path: str, names: list[Any], known: list[str]) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            message = f"`{name}` is not a column of this step."
            yield Problem("PIP304", path, message, nearest(str(name), known))


def _order(path: str, order: dict[Any, Any], step: Step) -> Iterator[Problem]:
    """Check that each column of the step lists its levels, from the lowest to the highest."""
    yield from _columns(path, list(order), step.columns)
    for column in step.columns:
        levels = order.get(column)
        if not isinstance(levels, list) or not levels:
            message = f"The levels of `{column}` are not listed."
            fix = f"Write `{column}: [LOWEST, …, HIGHEST]` under `order`."
            yield Problem("PIP309", path, message, fix)
        elif wrong := [level for level in levels if not isinstance(level, str | int | float)]:
            message = f"A level of `{column}` has the type {type(wrong[0]).__name__}."
            yield Problem("PIP309", f"{path}.{column}", message, "Use text or numbers.")
        elif len({str(level) for level in levels}) < len(levels):
            message = f"A level of `{column}` is listed twice."
            yield Problem("PIP309", f"{path}.{column}", message, "Name each once.")
