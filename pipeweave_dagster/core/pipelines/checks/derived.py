"""Static checks of derived features: operators, arguments, duplicates."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.pipelines.checks.problem import Problem
from pipeweave_dagster.core.pipelines.derived_features import (
    MOST_DERIVED,
    USE,
    DerivedFeature,
    uses_of,
)
from pipeweave_dagster.core.pipelines.operators import KIND_OF_USE, OPERATORS


class FeatureProblem(NamedTuple):
    """What is wrong with a derived feature.

    Attributes:
        place: Position of the feature in the list, -1 for the list itself.
        message: What is wrong.
        fix: What to do.
    """

    place: int
    message: str
    fix: str


def derived_problems(spec: PipelineSpec) -> Iterator[Problem]:
    """Yield the problems of the derived features of a pipeline."""
    for index, step in enumerate(spec.steps):
        if step.use != USE:
            continue
        entries = step.params.get("features")
        for problem in feature_problems(entries, uses_of(spec), step.columns):
            place = f".{problem.place}" if problem.place >= 0 else ""
            path = f"steps.{index}.params.features{place}"
            yield Problem("PIP601", path, problem.message, problem.fix)


def feature_problems(
    entries: Any, uses: dict[str, str], columns: list[str]
) -> Iterator[FeatureProblem]:
    """Yield all problems of a list of derived features.

    Args:
        entries: The parameter `features` of the step, of any type.
        uses: The step type that handles each feature of the pipeline.
        columns: The columns that the step names.
    """
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_DERIVED:
        message = f"It must be a list of 1 to {MOST_DERIVED} features."
        yield FeatureProblem(-1, message, "List them, or remove the step.")
        return
    seen: set[tuple[str, ...]] = set()
    for place, entry in enumerate(entries):
        try:
            feature = DerivedFeature.model_validate(entry)
        except ValidationError:
            fix = "Give `operator`, and `columns` as a list."
            yield FeatureProblem(place, "It is not a derived feature.", fix)
            continue
        if feature.identity in seen:
            yield FeatureProblem(place, "It is listed twice.", "Keep one.")
        seen.add(feature.identity)
        yield from _arguments(place, feature, uses, columns)


def _arguments(
    place: int, feature: DerivedFeature, uses: dict[str, str], columns: list[str]
) -> Iterator[FeatureProblem]:
    operator = OPERATORS.get(feature.operator)
    if operator is None:
        message = f"There is no operator `{feature.operator[:60]}`."
        yield FeatureProblem(place, message, f"Use one of: {', '.join(OPERATORS)}.")
        return
    takes = f"`{feature.operator}` takes: {', '.join(operator.takes)}."
    if len(feature.columns) != len(operator.takes):
        yield FeatureProblem(place, f"It has {counted(len(feature.columns), 'column')}.", takes)
        return
    if feature.name in uses:
        message = f"There is already a column `{feature.name[:80]}`."
        yield FeatureProblem(place, message, "Rename that column.")
    if len(set(feature.columns)) < len(feature.columns):
        yield FeatureProblem(place, "It uses a column twice.", "Name different columns.")
    for column, kind in zip(feature.columns, operator.takes, strict=True):
        if column not in columns:
            message = f"`{column[:60]}` is not among the step's columns."
            yield FeatureProblem(place, message, "Add it to `columns`.")
        if KIND_OF_USE.get(uses.get(column, "")) != kind:
            yield FeatureProblem(place, f"`{column[:60]}` is not a {kind} here.", takes)
