"""Move columns to other step types; every row keeps its side of the split."""

from collections.abc import Iterator, Mapping

from pipeweave_dagster.core.documents import ColumnDeduction, PipelineSpec, SchemaDeduction, Step
from pipeweave_dagster.core.pipelines.derived_features import USE, uses_of
from pipeweave_dagster.core.pipelines.step_choice import STEP_NAMES, column_step

_MOST_CODES = 200
_NUMBERS = ("integer", "number")


def step_options(column: ColumnDeduction, use: str) -> list[str]:
    """Return the step types that could handle a column, the current one first.

    Only numbers and text have alternatives: dates, booleans and ordinals have one step type.
    """
    others: list[str] = []
    if use in ("numeric", "categorical") and column.storage in _NUMBERS:
        others = ["numeric", *(["categorical"] if column.distinct <= _MOST_CODES else [])]
    elif use in ("categorical", "text", "numeric") and column.storage == "text":
        others = ["categorical", "text"]
        others += ["numeric"] if column.type in ("numeric", "embedded_number") else []
    return [use, *(step for step in others if step != use)]


def regrouped(spec: PipelineSpec, schema: SchemaDeduction, uses: Mapping[str, str]) -> PipelineSpec:
    """Return the pipeline with each column of `uses` handled by the step type given there.

    The split records how a moved column was read before, so that no row changes its side.
    """
    before = uses_of(spec)
    moved = {name: use for name, use in uses.items() if before[name] != use}
    if not moved:
        return spec
    after = {name: moved.get(name, use) for name, use in before.items()}
    handling = list(_steps(spec, schema, after))
    others = [s for s in spec.steps if s.kind not in ("preprocess", "feature")]
    handling += list(_handwritten(spec, set(moved)))
    steps: list[Step] = []
    for step in others:
        if step.kind == "train":
            steps += handling
            step = step.model_copy(update={"after": [s.name for s in handling]})  # noqa: PLW2901
        steps.append(step)
    split = spec.split.model_copy(
        update={"hashed_as": {**{name: before[name] for name in moved}, **spec.split.hashed_as}}
    )
    return spec.model_copy(update={"steps": steps, "split": split})


def _handwritten(spec: PipelineSpec, moved: set[str]) -> Iterator[Step]:
    """Yield the steps that only users write, with the columns that stay in them."""
    for step in spec.steps:
        if step.kind not in ("preprocess", "feature") or step.use in (*STEP_NAMES, USE):
            continue
        if stay := [name for name in step.columns if name not in moved]:
            yield step.model_copy(update={"columns": stay})


def _steps(spec: PipelineSpec, schema: SchemaDeduction, uses: dict[str, str]) -> Iterator[Step]:
    present = {step.use: step for step in spec.steps}
    for use in STEP_NAMES:
        names = [name for name in spec.features if uses[name] == use]
        if not names:
            continue
        found = present.get(use)
        if found is not None:
            yield found.model_copy(update={"columns": names})
        else:
            yield column_step(use, [schema.column(name) for name in names])
