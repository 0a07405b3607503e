"""Monotone constraints on single columns as estimators take them: a direction per input."""

from typing import Any

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.families import installed_families, monotone_families

_SIGN = {"increasing": 1, "decreasing": -1}


def signs(spec: PipelineSpec) -> dict[str, int]:
    """Return for each constrained column 1 (predictions never fall as it rises) or -1."""
    return {name: _SIGN[direction] for name, direction in spec.monotone.items()}


def directions(transformer: Any, constrained: dict[str, int], width: int) -> list[int]:
    """Return the sign of each input of a model, 0 where it is free; empty if all are.

    Args:
        transformer: The fitted one that made the first inputs (an audit may have appended others).
        constrained: The sign of each constrained column.
        width: Number of inputs.

    Only steps that keep the order of their columns have constrained ones: with one output per
    column, or first of all the rank of their only column (bins, followed by a missing flag).
    """
    if not transformer.transformers:  # of the constant baseline
        return []
    found = [0] * width
    for name, _, columns in transformer.transformers_:
        where = transformer.output_indices_[name]
        sources = [columns] if isinstance(columns, str) else list(columns)
        for place, source in enumerate(sources[: where.stop - where.start]):
            found[where.start + place] = constrained.get(source, 0)
    return found if any(found) else []


def notes(spec: PipelineSpec, classes: list[str]) -> list[str]:
    """Return a note on the constraints, and on what they exclude."""
    if not spec.monotone:
        return []
    output = f"the probability of `{classes[-1]}`" if classes else "the prediction"
    constraints = ", ".join(f"{name} ({direction})" for name, direction in spec.monotone.items())
    train = next(step for step in spec.steps if step.kind == "train")
    named = train.params.get("families", installed_families())
    excluded = [name for name in named if name not in (*monotone_families(), "dummy")]
    families = f" Families without support, left out: {', '.join(excluded)}." if excluded else ""
    return [
        (
            f"Monotone constraints from the settings: {constraints}. All else being equal, "
            f"{output} moves with such a column in that direction only. Stacking and the "
            f"duplicate-row lookup are off, for they could break it.{families}"
        )
    ]
