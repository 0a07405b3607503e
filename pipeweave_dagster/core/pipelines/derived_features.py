"""The closed menu of operators that make new features out of columns, each row by row.

(A lag is not among them: to score one row it would need the rows before it.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.documents.base import Part

USE = "derived"
STEP_NAME = "ideas"
MOST = 40
"""More derived features than this are refused: they would crowd out the columns themselves."""

Kind = Literal["number", "category", "date"]
KIND_OF_USE: dict[str, Kind] = {
    "numeric": "number",
    "clip": "number",
    "log": "number",
    "bin": "number",
    "categorical": "category",
    "hash": "category",
    "boolean": "category",
    "date_parts": "date",
}
"""What a column is to the operators, by the step that handles it; other steps have no operator.

Operators see the values as they were read, whatever that step makes of them.
"""


@dataclass(frozen=True)
class Operator:
    """One entry of the menu.

    Attributes:
        takes: Kind of each argument, in order.
        about: What it computes, in one sentence.
        symmetric: Whether the order of the arguments does not matter.
    """

    takes: tuple[Kind, ...]
    about: str
    symmetric: bool = False


OPERATORS: dict[str, Operator] = {
    "ratio": Operator(("number", "number"), "The first over the second; missing where that is 0."),
    "sum": Operator(("number", "number"), "One plus the other.", symmetric=True),
    "difference": Operator(("number", "number"), "The first minus the second."),
    "product": Operator(("number", "number"), "One times the other.", symmetric=True),
    "days_between": Operator(("date", "date"), "Days from the second to the first."),
    "cross": Operator(("category", "category"), "Both together as one category.", symmetric=True),
    "group_mean": Operator(
        ("number", "category"), "Mean of the number in the row's group, from training rows."
    ),
    "group_difference": Operator(
        ("number", "category"), "The number minus the mean of the row's group."
    ),
}


class Derived(Part):
    """One new feature: an operator of the menu and its columns, in the operator's order."""

    operator: str
    columns: list[str]

    @property
    def name(self) -> str:
        """How the feature is called, such as `ratio(weight, height)`."""
        return f"{self.operator}({', '.join(self.columns)})"

    @property
    def identity(self) -> tuple[str, ...]:
        """Equal for features that compute the same."""
        known = OPERATORS.get(self.operator)
        swap = known is not None and known.symmetric
        return (self.operator, *(sorted(self.columns) if swap else self.columns))


class Trouble(NamedTuple):
    """What is wrong with a derived feature: its place in the list (-1: the list), and words."""

    place: int
    message: str
    fix: str


def derived_step(features: list[Derived], after: list[str]) -> Step:
    """The step that makes the features, after the step that reads the table."""
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


def with_derived(spec: PipelineSpec, features: list[Derived]) -> PipelineSpec:
    """The pipeline with these derived features and no others."""
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


def derived_in(spec: PipelineSpec) -> list[Derived]:
    """The derived features of a pipeline, in order (of one that `validate` accepts)."""
    return [
        Derived.model_validate(entry)
        for step in spec.steps
        if step.use == USE
        for entry in step.params["features"]
    ]


def uses_of(spec: PipelineSpec) -> dict[str, str]:
    """The step type that handles each feature."""
    return {
        column: step.use
        for step in spec.steps
        if step.kind in ("preprocess", "feature") and step.use != USE
        for column in step.columns
    }


def troubles(entries: Any, uses: dict[str, str], columns: list[str]) -> Iterator[Trouble]:
    """All that is wrong with a list of derived features, before anything is computed.

    Args:
        entries: The parameter `features` of the step, of any form.
        uses: The step type that handles each feature of the pipeline.
        columns: The columns that the step names.
    """
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST:
        yield Trouble(-1, "It must list the new features.", f"Name 1 to {MOST}.")
        return
    seen: set[tuple[str, ...]] = set()
    for index, entry in enumerate(entries):
        try:
            feature = Derived.model_validate(entry)
        except ValidationError:
            yield Trouble(
                index, "It is no derived feature.", "Give `operator`, and `columns` as a list."
            )
            continue
        if feature.identity in seen:
            yield Trouble(index, "It stands there twice.", "Keep one.")
        seen.add(feature.identity)
        yield from _arguments(index, feature, uses, columns)


def _arguments(
    index: int, feature: Derived, uses: dict[str, str], columns: list[str]
) -> Iterator[Trouble]:
    operator = OPERATORS.get(feature.operator)
    if operator is None:
        menu = ", ".join(OPERATORS)
        yield Trouble(index, f"No operator is called `{feature.operator[:60]}`.", f"Use {menu}.")
        return
    if len(feature.columns) != len(operator.takes):
        wanted = ", ".join(operator.takes)
        yield Trouble(index, f"It has {len(feature.columns)} columns.", f"It takes: {wanted}.")
        return
    if feature.name in uses:
        yield Trouble(index, f"`{feature.name[:80]}` is a column already.", "Rename that column.")
    if len(set(feature.columns)) < len(feature.columns):
        yield Trouble(index, "It takes a column twice.", "Name different columns.")
    for column, kind in zip(feature.columns, operator.takes, strict=True):
        if column not in columns:
            yield Trouble(index, f"The step does not name `{column[:60]}`.", "Add it to `columns`.")
        found = KIND_OF_USE.get(uses.get(column, ""))
        if found != kind:
            yield Trouble(
                index,
                f"`{column[:60]}` is no {kind} here.",
                f"`{feature.operator}` takes: {', '.join(operator.takes)}.",
            )
