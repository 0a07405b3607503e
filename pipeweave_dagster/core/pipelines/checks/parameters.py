"""Static checks of what stands in a step's parameters: known words, sizes, columns, levels."""

from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.pipelines.catalogue import (
    CATALOGUE,
    CLIPPED,
    DATE_PARTS,
    IMPUTE,
    KNOWN_FAMILIES,
    STRATEGIES,
    StepType,
)
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest

_WORDS = {"families": KNOWN_FAMILIES, "parts": DATE_PARTS, "impute": IMPUTE, "strategy": STRATEGIES}
_SIZES = {
    "max_native": (0, 10_000),
    "dimensions": (1, 1_000),
    "lower": (0, 1),
    "upper": (0, 1),
    "bins": (2, 100),
    "width": (2, 1_000),
}
SHARED = {"impute": "median", "indicator": True, "max_native": 40, "dimensions": 32}
"""Parameters that hold for a whole pipeline, with what they are where they are not given."""


def shared_problems(spec: PipelineSpec) -> Iterator[Problem]:
    """Steps of one type that differ in what holds for all columns of that type."""
    first: dict[str, Step] = {}
    for index, step in enumerate(spec.steps):
        before = first.setdefault(step.use, step)
        known = CATALOGUE.get(step.use)
        for name in known.params if known else ():
            usual = SHARED.get(name)
            value = before.params.get(name, usual)
            if usual is not None and step.params.get(name, usual) != value:
                told = f"`{before.name}` has another `{name}` than `{step.name}`."
                fix = f"Give both `{name}: {str(value).lower()}`: it holds for every such column."
                yield Problem("PIP310", f"steps.{index}.params.{name}", told, fix)


def parameter_problems(
    path: str, step: Step, kind: StepType, spec: PipelineSpec
) -> Iterator[Problem]:
    """Names, types and contents of the parameters of one step.

    Args:
        path: Where the step stands in the specification.
        step: The step.
        kind: Its type, of the catalogue or an installed package.
        spec: The whole pipeline.
    """
    for name, value in step.params.items():
        at = f"{path}.params.{name}"
        if name not in kind.params:
            told = f"`{step.use}` has no parameter `{name}`."
            yield Problem("PIP305", at, told, nearest(name, kind.params))
        elif type(value) not in kind.params[name]:
            types = " or ".join(t.__name__ for t in kind.params[name])
            yield Problem("PIP306", at, f"It is {type(value).__name__}.", f"It must be {types}.")
        else:
            yield from _contents(at, name, value, step, spec)
    if step.use == "ordinal" and "order" not in step.params:
        yield from _order(f"{path}.params.order", {}, step)
    if step.use == "clip":
        yield from _quantiles(f"{path}.params", {**CLIPPED, **step.params})


def _quantiles(path: str, params: dict[str, Any]) -> Iterator[Problem]:
    low, high = params["lower"], params["upper"]
    numbers = all(type(value) in (int, float) for value in (low, high))
    if numbers and not low < high:
        told = f"`lower` ({low}) is not below `upper` ({high})."
        yield Problem("PIP309", path, told, "Use 0.01 and 0.99.")


def _contents(
    path: str, name: str, value: Any, step: Step, spec: PipelineSpec
) -> Iterator[Problem]:
    if name in _WORDS:
        yield from _words(path, [value] if isinstance(value, str) else value, _WORDS[name])
    elif name in _SIZES:
        low, high = _SIZES[name]
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
                told = f"It names {type(values).__name__} for `{column}`."
                yield Problem("PIP306", f"{path}.{column}", told, "It must be a list of values.")
            elif not all(isinstance(one, str | int | float) for one in values):
                told = f"A value of `{column}` is neither a text nor a number."
                yield Problem("PIP309", f"{path}.{column}", told, "Write each as one of these.")


def _words(path: str, values: list[Any], known: tuple[str, ...]) -> Iterator[Problem]:
    for value in values:
        if value not in known:
            yield Problem("PIP307", path, f"`{value}` is not known.", nearest(str(value), known))
    if not values:
        yield Problem("PIP309", path, "It names nothing.", f"Use one of: {', '.join(known)}.")
    if len({str(value) for value in values}) < len(values):
        yield Problem("PIP309", path, "It names one thing twice.", "Name each once.")


def _columns(path: str, names: list[Any], known: list[str]) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            told = f"`{name}` is no column of this step."
            yield Problem("PIP304", path, told, nearest(str(name), known))


def _order(path: str, order: dict[Any, Any], step: Step) -> Iterator[Problem]:
    """Each column of the step needs its levels, from the lowest to the highest."""
    yield from _columns(path, list(order), step.columns)
    for column in step.columns:
        levels = order.get(column)
        if not isinstance(levels, list) or not levels:
            told = f"The levels of `{column}` are not listed."
            fix = f"Write `{column}: [LOWEST, …, HIGHEST]` under `order`."
            yield Problem("PIP309", path, told, fix)
        elif wrong := [level for level in levels if not isinstance(level, str | int | float)]:
            told = f"A level of `{column}` is {type(wrong[0]).__name__}."
            yield Problem("PIP309", f"{path}.{column}", told, "Write each as a text or a number.")
        elif len({str(level) for level in levels}) < len(levels):
            told = f"A level of `{column}` stands there twice."
            yield Problem("PIP309", f"{path}.{column}", told, "Name each once.")
