"""Monotone constraints: which steps and families can keep them, and static checks."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.families import FAMILIES, monotone_families
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest
from pipeweave_dagster.core.pipelines.derived_features import USE, derived_in, uses_of

ORDERED = ("numeric", "clip", "log", "bin", "ordinal", "boolean")
"""Steps that keep the order of values, so that a constraint is meaningful."""


def monotone_problems(spec: PipelineSpec) -> Iterator[Problem]:
    """Yield what makes a constraint impossible: the task, its column, its step, the families."""
    if not spec.monotone:
        return
    if spec.task == "multiclass":
        message = "A multiclass prediction has no order, so it cannot rise or fall."
        yield Problem("PIP702", "monotone", message, "Remove `monotone`.")
    uses = uses_of(spec)
    for name in spec.monotone:
        path = f"monotone.{name}"
        if name not in spec.features:
            message = f"`{name}` is not a feature."
            yield Problem("PIP701", path, message, nearest(name, spec.features))
        elif uses.get(name) not in ORDERED:
            message = f"The step `{uses.get(name)}` does not keep the order of `{name}`."
            fix = f"Put it into a step that does ({', '.join(ORDERED)}), or remove it here."
            yield Problem("PIP703", path, message, fix)
    yield from _derived(spec)
    yield from _families(spec)


def _derived(spec: PipelineSpec) -> Iterator[Problem]:
    """Yield features derived from a constrained column: they could move the prediction back."""
    at = next((i for i, step in enumerate(spec.steps) if step.use == USE), 0)
    if not isinstance(spec.steps[at].params.get("features"), list):
        return
    try:
        found = derived_in(spec)
    except ValueError:  # reported by the checks of that step
        return
    for place, feature in enumerate(found):
        if constrained := [name for name in feature.columns if name in spec.monotone]:
            message = f"It is derived from `{constrained[0]}`, which is constrained to be monotone."
            path = f"steps.{at}.params.features.{place}"
            yield Problem("PIP704", path, message, "Remove it or the constraint.")


def _families(spec: PipelineSpec) -> Iterator[Problem]:
    for index, step in enumerate(spec.steps):
        if step.kind != "train":
            continue
        named = step.params.get("families", tuple(FAMILIES))
        if isinstance(named, list | tuple) and not set(named) & set(monotone_families()):
            message = "None of these families can keep a monotone constraint."
            fix = f"Name some of: {', '.join(monotone_families())}."
            yield Problem("PIP705", f"steps.{index}.params.families", message, fix)
