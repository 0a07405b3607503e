"""Constraints on single columns as estimators take them: a direction for each of their inputs."""

from typing import Any

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.pipelines.catalogue import installed_families
from pipeweave_dagster.core.pipelines.checks.monotone import MONOTONE_FAMILIES

_SIGN = {"increasing": 1, "decreasing": -1}


def signs(spec: PipelineSpec) -> dict[str, int]:
    """For each constrained column 1 (the answer never falls as it rises) or -1."""
    return {name: _SIGN[way] for name, way in spec.monotone.items()}


def directions(transformer: Any, held: dict[str, int], width: int) -> list[int]:
    """For each input of a model its sign, 0 where it is free; empty if all are.

    Args:
        transformer: Fitted; made the first of the inputs (an audit may have put others behind).
        held: The sign of each constrained column.
        width: How many inputs there are.

    Only parts that keep the order of their columns hold constrained ones: as many outputs as
    columns, or first of all the rank of the only column (bins, with a flag beside).
    """
    if not transformer.transformers:  # of the constant model
        return []
    found = [0] * width
    for name, _, columns in transformer.transformers_:
        where = transformer.output_indices_[name]
        sources = [columns] if isinstance(columns, str) else list(columns)
        for place, source in enumerate(sources[: where.stop - where.start]):
            found[where.start + place] = held.get(source, 0)
    return found if any(found) else []


def notes(spec: PipelineSpec, classes: list[str]) -> list[str]:
    """What was held, and what that cost: families that cannot be, and what is laid over others."""
    if not spec.monotone:
        return []
    answer = f"the probability of `{classes[-1]}`" if classes else "the answer"
    told = ", ".join(f"{name} ({way})" for name, way in spec.monotone.items())
    train = next(step for step in spec.steps if step.kind == "train")
    named = train.params.get("families", installed_families())
    out = [name for name in named if name not in (*MONOTONE_FAMILIES, "dummy")]
    left = f" Left out, for they cannot be held so: {', '.join(out)}." if out else ""
    return [
        (
            f"Held monotone, as asked: {told}. All else being equal, {answer} moves with such a "
            f"column in that direction only. Answers are not stacked, and copies of known rows not "
            f"remembered, for that could break it.{left}"
        )
    ]
