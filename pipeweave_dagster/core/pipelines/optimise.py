"""Simplify a pipeline: equal predictions, bit by bit, from fewer columns and steps."""

from collections.abc import Mapping

from pipeweave_dagster.core.documents import ColumnDeduction, PipelineSpec, Step
from pipeweave_dagster.core.pipelines.merge_steps import merge_steps
from pipeweave_dagster.core.pipelines.prune import prune_constant_columns, prune_steps


def optimised(
    spec: PipelineSpec, known: Mapping[str, ColumnDeduction] | None = None
) -> tuple[PipelineSpec, list[str]]:
    """Prune constant columns, drop steps without columns, and merge steps that do the same.

    No model input changes: constant columns reach no model, a pruned one still decides each
    row's side of the split, and steps are merged only where that keeps the order of inputs
    (models sample columns at random by position).

    Args:
        spec: A valid pipeline.
        known: Deduced columns by name; a column that is not among them counts as varying.

    Returns:
        The pipeline, and a note per change; the pipeline itself where there is none.

    Example:
        >>> from pipeweave_dagster.core.pipelines.builder import Builder
        >>> spec = (
        ...     Builder("y", "binary", positive="1")
        ...     .step("numeric", "a", name="first")
        ...     .step("numeric", "b", name="second")
        ...     .build()
        ... )
        >>> optimised(spec)[1]
        ['`second` does the same as `first`: merged into it.']
    """
    notes: list[str] = []
    spec = prune_constant_columns(spec, known or {}, notes)
    steps = merge_steps(prune_steps(spec, notes), notes)
    return (spec.model_copy(update={"steps": _linked(steps)}), notes) if notes else (spec, notes)


def _linked(steps: list[Step]) -> list[Step]:
    """Return the steps with edges to existing steps only, each once."""
    names = {step.name for step in steps}
    return [
        s.model_copy(update={"after": [a for a in dict.fromkeys(s.after) if a in names]})
        for s in steps
    ]
