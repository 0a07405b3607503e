"""Columns whose rise may move the answer one way only: who can hold to that, and static checks."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.pipelines.catalogue import FAMILIES
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest
from pipeweave_dagster.core.pipelines.derived_features import USE, derived_in, uses_of

MONOTONE_FAMILIES = ("hist_gradient_boosting", "lightgbm", "xgboost", "catboost")
"""Trees that are grown under the constraint; `dummy` answers alike whatever a column says.

Lines have one slope a column, but scikit-learn cannot bound the sign of some of them; its forests
take no missing values under a constraint; the others know of none.
"""
ORDERED = ("numeric", "clip", "log", "bin", "ordinal", "boolean")
"""Steps that keep the order of values, so that a constraint has a meaning."""


def monotone_problems(spec: PipelineSpec) -> Iterator[Problem]:
    """What makes a constraint impossible to keep: the task, its column, its step, the families."""
    if not spec.monotone:
        return
    if spec.task == "multiclass":
        told = "Several classes have no order, so no answer rises or falls."
        yield Problem("PIP702", "monotone", told, "Remove it.")
    uses = uses_of(spec)
    for name in spec.monotone:
        path = f"monotone.{name}"
        if name not in spec.features:
            told = f"`{name}` is no feature."
            yield Problem("PIP701", path, told, nearest(name, spec.features))
        elif uses.get(name) not in ORDERED:
            told = f"The step `{uses.get(name)}` does not keep the order of `{name}`."
            fix = f"Put it into a step that does ({', '.join(ORDERED)}), or remove it here."
            yield Problem("PIP703", path, told, fix)
    yield from _made(spec)
    yield from _families(spec)


def _made(spec: PipelineSpec) -> Iterator[Problem]:
    """A feature made of a constrained column could move the answer the other way."""
    at = next((i for i, step in enumerate(spec.steps) if step.use == USE), 0)
    if not isinstance(spec.steps[at].params.get("features"), list):
        return
    try:
        found = derived_in(spec)
    except ValueError:  # told by the checks of that step
        return
    for place, feature in enumerate(found):
        if held := [name for name in feature.columns if name in spec.monotone]:
            told = f"It is made of `{held[0]}`, which is held monotone, and would not be held."
            path = f"steps.{at}.params.features.{place}"
            yield Problem("PIP704", path, told, "Remove it, or the constraint.")


def _families(spec: PipelineSpec) -> Iterator[Problem]:
    for index, step in enumerate(spec.steps):
        if step.kind != "train":
            continue
        named = step.params.get("families", FAMILIES)
        if isinstance(named, list | tuple) and not set(named) & set(MONOTONE_FAMILIES):
            told = "None of these families can be held monotone."
            fix = f"Name some of: {', '.join(MONOTONE_FAMILIES)}."
            yield Problem("PIP705", f"steps.{index}.params.families", told, fix)
