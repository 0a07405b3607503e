"""Static checks of a pipeline: every problem has a code, a path and a fix; nothing is computed."""

from collections import Counter
from collections.abc import Iterator, Mapping

from pipeweave_dagster.core.documents import ColumnDeduction, PipelineSpec, Step
from pipeweave_dagster.core.pipelines.checks.column_types import type_problems
from pipeweave_dagster.core.pipelines.checks.derived import derived_problems
from pipeweave_dagster.core.pipelines.checks.graph import graph_problems
from pipeweave_dagster.core.pipelines.checks.monotone import monotone_problems
from pipeweave_dagster.core.pipelines.checks.parameters import parameter_problems, shared_problems
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest
from pipeweave_dagster.core.pipelines.checks.roles import role_problems
from pipeweave_dagster.core.pipelines.custom_steps import known_steps, step_type
from pipeweave_dagster.core.pipelines.derived_features import USE


def validate(
    spec: PipelineSpec,
    columns: list[str] | None = None,
    known: Mapping[str, ColumnDeduction] | None = None,
) -> list[Problem]:
    """Return all problems of a pipeline, in the order of its fields; empty if it is valid.

    Args:
        spec: The pipeline.
        columns: Columns of the table, if known; else names are not checked against it.
        known: Deduced columns by name; steps are checked against their types.
    """
    problems = [*role_problems(spec, columns), *_names(spec)]
    for index, step in enumerate(spec.steps):
        problems.extend(_step(spec, index, step))
        problems.extend(type_problems(f"steps.{index}", step, known or {}))
    problems.extend(shared_problems(spec))
    problems.extend(derived_problems(spec))
    problems.extend(graph_problems(spec))
    problems.extend(_coverage(spec))
    problems.extend(monotone_problems(spec))
    return problems


def _names(spec: PipelineSpec) -> Iterator[Problem]:
    for name, count in Counter(s.name for s in spec.steps).items():
        if count > 1:
            message = f"{count} steps are named `{name}`."
            yield Problem("PIP201", "steps", message, "Give each its own name.")
        if not name.strip():
            yield Problem("PIP201", "steps", "A step has no name.", "Give each its own name.")
    kinds = Counter[str](s.kind for s in spec.steps)
    for code, kind in (("PIP202", "train"), ("PIP203", "extract"), ("PIP203", "predict")):
        if kinds[kind] != 1:
            message = f"There must be exactly one {kind} step, but there are {kinds[kind]}."
            yield Problem(code, "steps", message, f"Keep one step with `kind: {kind}`.")


def _step(spec: PipelineSpec, index: int, step: Step) -> Iterator[Problem]:
    path = f"steps.{index}"
    kind = step_type(step.use)
    if kind is None:
        message = f"There is no step type `{step.use}`."
        yield Problem("PIP301", f"{path}.use", message, nearest(step.use, known_steps()))
        return
    if kind.kind != step.kind:
        message = f"`{step.use}` is a {kind.kind} step, not a {step.kind} step."
        yield Problem("PIP302", f"{path}.kind", message, f"Write `kind: {kind.kind}`.")
    if kind.takes_columns and not step.columns:
        message = f"`{step.use}` needs columns, but none are named."
        yield Problem("PIP303", f"{path}.columns", message, "Name them, or remove the step.")
    if step.columns and not kind.takes_columns:
        message = f"`{step.use}` takes the output of the steps before it, not columns."
        yield Problem("PIP303", f"{path}.columns", message, "Remove them.")
    yield from _columns(spec, path, step)
    yield from parameter_problems(path, step, kind, spec)


def _columns(spec: PipelineSpec, path: str, step: Step) -> Iterator[Problem]:
    reads = step.use == "table"
    for name in step.columns:
        if name not in spec.features and not (reads and name == spec.target):
            message = f"`{name}` is not a feature."
            yield Problem("PIP304", f"{path}.columns", message, nearest(name, spec.features))
    for name in [*spec.features, spec.target] if reads else ():
        if name not in step.columns:
            message = f"`{name}` is not read from the table."
            yield Problem("PIP304", f"{path}.columns", message, f"Add `{name}`.")


def _coverage(spec: PipelineSpec) -> Iterator[Problem]:
    uses = Counter(
        column
        for step in spec.steps
        if step.kind in ("preprocess", "feature") and step.use != USE
        for column in step.columns
    )
    for name in dict.fromkeys(spec.features):
        if uses[name] != 1:
            message = f"The feature `{name}` is in {uses[name]} preprocessing steps."
            yield Problem("PIP501", "steps", message, "Put it into exactly one.")
    if not spec.features:
        yield Problem("PIP502", "features", "There are no features.", "Name at least one column.")
