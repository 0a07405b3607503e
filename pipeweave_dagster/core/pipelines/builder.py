"""Build a pipeline in Python, step by step; the same specification as in `pipeweave.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeweave_dagster.core.documents import MetricName, PipelineSpec, SplitSpec, Step, Task
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.families import DEFAULT_FAMILIES
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.custom_steps import step_type
from pipeweave_dagster.core.pipelines.objective import DEFAULT_METRIC
from pipeweave_dagster.core.pipelines.step_choice import STEP_NAMES


@dataclass(frozen=True)
class Builder:
    """A pipeline under construction; immutable, each call returns a new one.

    Example:
        >>> spec = (
        ...     Builder("survived", "binary", positive="1")
        ...     .step("numeric", "age", "fare", impute="mean")
        ...     .step("categorical", "sex")
        ...     .build()
        ... )
        >>> [step.name for step in spec.steps]
        ['read', 'numbers', 'categories', 'model', 'score']

    Attributes:
        target: The column to predict.
        task: What kind of target it is.
        positive: The positive class of a binary target.
        metric: Metric by which models are compared; by default that of the task.
        made: The steps so far.
        families: Model families, in the order in which they are fitted.
        split: How rows are divided into test rows and folds.
        read: Value corrections (`missing`, `merge_spellings`), see the step `table`.
        weight: Column of row weights.
    """

    target: str
    task: Task
    positive: str | None = None
    metric: MetricName | None = None
    made: tuple[Step, ...] = ()
    families: tuple[str, ...] = DEFAULT_FAMILIES
    split: SplitSpec = field(default_factory=SplitSpec)
    read: Mapping[str, Any] | None = None
    weight: str | None = None

    def step(self, use: str, *columns: str, name: str = "", **params: Any) -> "Builder":
        """Add a step on these columns.

        Args:
            use: Step type of the catalogue, such as `numeric` or `date_parts`.
            columns: Its columns; each feature is in exactly one such step.
            name: Name of the step; by default the name that the rules would give it.
            params: Its parameters.

        Example:
            >>> Builder("y", "regression").step("clip", "fare", upper=0.95).made[0].name
            'clip'
        """
        known = step_type(use)
        kind = known.kind if known else "preprocess"
        step = Step(
            name=name or STEP_NAMES.get(use, use),
            kind=kind,
            use=use,
            columns=[*columns],
            after=["read"],
            params=params,
        )
        return replace(self, made=(*self.made, step))

    def search(self, *families: str) -> "Builder":
        """Search these model families, in this order."""
        return replace(self, families=families)

    def divide(self, **split: Any) -> "Builder":
        """Set the split.

        Example:
            >>> Builder("y", "regression").divide(kind="time", column="when").split.kind
            'time'
        """
        return replace(self, split=SplitSpec.model_validate({**split}))

    def build(self) -> PipelineSpec:
        """Return the validated specification.

        Raises:
            PipeWeaveError: VALIDATION_ERROR with every problem, its path and its fix.
        """
        features = list(dict.fromkeys(c for step in self.made for c in step.columns))
        read = Step(
            name="read",
            kind="extract",
            use="table",
            columns=[*features, self.target],
            params=dict(self.read or {}),
        )
        middle = [step.name for step in self.made]
        families = {"families": [*self.families]}
        train = Step(name="model", kind="train", use="search", after=middle, params=families)
        score = Step(name="score", kind="predict", use="predict", after=["model"])
        spec = PipelineSpec(
            source="settings",
            target=self.target,
            task=self.task,
            positive=self.positive,
            metric=self.metric or DEFAULT_METRIC[self.task],
            features=features,
            steps=[read, *self.made, train, score],
            split=self.split,
            weight=self.weight,
        )
        problems = [problem.text for problem in validate(spec)]
        if problems:
            raise validation_error(
                "The pipeline is not valid. " + " ".join(problems),
                fix="Correct these steps; `pipeweave steps ls` lists the catalogue.",
                problems=problems,
            )
        return spec


def as_settings(spec: PipelineSpec) -> str:
    """Return the `pipeline:` part of `pipeweave.yaml` that gives this specification."""
    import yaml

    given = spec.model_dump(mode="json", exclude={"source", "schema_version"}, exclude_unset=True)
    text: str = yaml.safe_dump({"pipeline": given}, sort_keys=False, allow_unicode=True)
    return text
