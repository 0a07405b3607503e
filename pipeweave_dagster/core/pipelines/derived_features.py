"""Features that the pipeline derives from other columns, by an operator of the closed menu."""

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.documents.base import Part
from pipeweave_dagster.core.pipelines.operators import OPERATORS

USE = "derived"
STEP_NAME = "ideas"
MOST_DERIVED = 40
"""More derived features than this are refused: they would crowd out the columns themselves."""


class DerivedFeature(Part):
    """One new feature: an operator of the menu and its columns, in the operator's order.

    Example:
        >>> DerivedFeature(operator="ratio", columns=["weight", "height"]).name
        'ratio(weight, height)'
    """

    operator: str
    columns: list[str]

    @property
    def name(self) -> str:
        """The name of the feature's column."""
        return f"{self.operator}({', '.join(self.columns)})"

    @property
    def identity(self) -> tuple[str, ...]:
        """Equal for features that compute the same values."""
        known = OPERATORS.get(self.operator)
        swap = known is not None and known.symmetric
        return (self.operator, *(sorted(self.columns) if swap else self.columns))


def derived_step(features: list[DerivedFeature], after: list[str]) -> Step:
    """Return the step that derives the features, after the step that reads the table."""
    columns = dict.fromkeys(column for feature in features for column in feature.columns)
    return Step(
        name=STEP_NAME,
        kind="feature",
        use=USE,
        columns=list(columns),
        after=after,
        params={"features": [feature.model_dump() for feature in features]},
        reason="each improved cross-validation in a paired test",
    )


def with_derived(spec: PipelineSpec, features: list[DerivedFeature]) -> PipelineSpec:
    """Return the pipeline with these derived features and no others."""
    steps = [step for step in spec.steps if step.use != USE]
    names = {s.name for s in spec.steps} - {s.name for s in steps}
    if features:
        at = next(i for i, step in enumerate(steps) if step.kind == "train")
        read = [step.name for step in steps if step.kind == "extract"]
        steps.insert(at, derived_step(features, read))
    added = [STEP_NAME] if features else []
    linked = [
        s.model_copy(update={"after": [*(a for a in s.after if a not in names), *added]})
        if s.kind == "train"
        else s
        for s in steps
    ]
    return spec.model_copy(update={"steps": linked})


def derived_in(spec: PipelineSpec) -> list[DerivedFeature]:
    """Return the derived features of a pipeline, in order (of one that `validate` accepts)."""
    return [
        DerivedFeature.model_validate(entry)
        for step in spec.steps
        if step.use == USE
        for entry in step.params["features"]
    ]


def uses_of(spec: PipelineSpec) -> dict[str, str]:
    """Return the step type that handles each feature."""
    return {
        column: step.use
        for step in spec.steps
        if step.kind in ("preprocess", "feature") and step.use != USE
        for column in step.columns
    }
