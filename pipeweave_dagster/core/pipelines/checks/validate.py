"""Static checks of a pipeline: every problem has a code, a path and a fix; nothing is computed."""

from collections import Counter
from collections.abc import Iterator, Mapping

from pipeweave_dagster.core.documents import ColumnDeduction, PipelineSpec, Step
from pipeweave_dagster.core.pipelines.checks.column_types import misread
from pipeweave_dagster.core.pipelines.checks.graph import graph_problems
from pipeweave_dagster.core.pipelines.checks.monotone import monotone_problems
from pipeweave_dagster.core.pipelines.checks.parameters import parameter_problems, shared_problems
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest
from pipeweave_dagster.core.pipelines.checks.roles import role_problems
from pipeweave_dagster.core.pipelines.custom_steps import known_steps, step_type
from pipeweave_dagster.core.pipelines.derived_features import USE, troubles, uses_of


def validate(
    spec: PipelineSpec,
    columns: list[str] | None = None,
    known: Mapping[str, ColumnDeduction] | None = None,
) -> list[Problem]:
    """All problems of a pipeline, in the order of its fields; empty if there are none.

    Args:
        spec: The pipeline.
        columns: Columns of the table, if known; else names are not checked against it.
        known: What is known of columns by name; steps are held to it.
    """
    problems = [*role_problems(spec, columns), *_names(spec)]
    for index, step in enumerate(spec.steps):
        problems.extend(_step(spec, index, step))
        problems.extend(misread(f"steps.{index}", step, known or {}))
    problems.extend(shared_problems(spec))
    problems.extend(_derived(spec))
    problems.extend(graph_problems(spec))
    problems.extend(_coverage(spec))
    problems.extend(monotone_problems(spec))
    return problems


def _names(spec: PipelineSpec) -> Iterator[Problem]:
    for name, count in Counter(s.name for s in spec.steps).items():
        if count > 1:
            told = f"{count} steps are named `{name}`."
            yield Problem("PIP201", "steps", told, "Give each its own name.")
        if not name.strip():
            yield Problem("PIP201", "steps", "A step has no name.", "Give each its own name.")
    kinds = Counter[str](s.kind for s in spec.steps)
    for code, kind in (("PIP202", "train"), ("PIP203", "extract"), ("PIP203", "predict")):
        if kinds[kind] != 1:
            told = f"There must be one {kind} step, but there are {kinds[kind]}."
            yield Problem(code, "steps", told, f"Keep one step of the kind `{kind}`.")


def _step(spec: PipelineSpec, index: int, step: Step) -> Iterator[Problem]:
    path = f"steps.{index}"
    kind = step_type(step.use)
    if kind is None:
        told = f"No step is called `{step.use}`."
        yield Problem("PIP301", f"{path}.use", told, nearest(step.use, known_steps()))
        return
    if kind.kind != step.kind:
        told = f"`{step.use}` is a {kind.kind} step, not {step.kind}."
        yield Problem("PIP302", f"{path}.kind", told, f"Write `kind: {kind.kind}`.")
    if kind.takes_columns and not step.columns:
        told = f"`{step.use}` works on columns, but none is named."
        yield Problem("PIP303", f"{path}.columns", told, "Name them, or remove the step.")
    if step.columns and not kind.takes_columns:
        told = f"`{step.use}` takes what the steps before it make, not columns."
        yield Problem("PIP303", f"{path}.columns", told, "Remove them.")
    yield from _columns(spec, path, step)
    yield from parameter_problems(path, step, kind, spec)


def _columns(spec: PipelineSpec, path: str, step: Step) -> Iterator[Problem]:
    reads = step.use == "table"
    for name in step.columns:
        if name not in spec.features and not (reads and name == spec.target):
            told = f"`{name}` is no feature."
            yield Problem("PIP304", f"{path}.columns", told, nearest(name, spec.features))
    for name in [*spec.features, spec.target] if reads else ():
        if name not in step.columns:
            told = f"`{name}` is not read."
            yield Problem("PIP304", f"{path}.columns", told, f"Add `{name}`.")


def _derived(spec: PipelineSpec) -> Iterator[Problem]:
    for index, step in enumerate(spec.steps):
        if step.use != USE:
            continue
        found = step.params.get("features")
        for trouble in troubles(found, uses_of(spec), step.columns):
            place = f".{trouble.place}" if trouble.place >= 0 else ""
            path = f"steps.{index}.params.features{place}"
            yield Problem("PIP601", path, trouble.message, trouble.fix)


def _coverage(spec: PipelineSpec) -> Iterator[Problem]:
    uses = Counter(
        column
        for step in spec.steps
        if step.kind in ("preprocess", "feature") and step.use != USE
        for column in step.columns
    )
    for name in dict.fromkeys(spec.features):
        if uses[name] != 1:
            told = f"The feature `{name}` stands in {uses[name]} preprocessing steps."
            yield Problem("PIP501", "steps", told, "Put it into exactly one.")
    if not spec.features:
        yield Problem("PIP502", "features", "There is no feature.", "Name at least one column.")
