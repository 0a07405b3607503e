"""A pipeline written in `pipeweave.yaml`, merged into the constructed one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    PipelineSpec,
    SplitSpec,
    Step,
)
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.pipelines.checks.problem import Problem, nearest
from pipeweave_dagster.core.pipelines.checks.validate import validate

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_FIX = "Correct them under `pipeline:` in pipeweave.yaml."


def apply_settings(
    spec: PipelineSpec,
    settings: DatasetSettings,
    columns: list[str],
    known: Mapping[str, ColumnDeduction] | None = None,
) -> PipelineSpec:
    """Override fields of the constructed pipeline by `settings.pipeline`, and validate the result.

    Args:
        spec: What the rules constructed.
        settings: Its `pipeline` may hold any field of a `PipelineSpec`.
        columns: Names of the table's columns.
        known: Deduced columns by name.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with every problem, its path and its fix.
    """
    if settings.pipeline:
        given = {**spec.model_dump(), **settings.pipeline, "source": "settings"}
        try:
            spec = PipelineSpec.model_validate(given)
        except ValidationError as error:
            problems = [_field_problem(e) for e in error.errors()]
            raise _invalid("The pipeline in the settings cannot be read.", problems) from error
        # A column that the rules drop and the user lists as a feature is not dropped.
        dropped = {name: why for name, why in spec.dropped.items() if name not in spec.features}
        spec = spec if dropped == spec.dropped else spec.model_copy(update={"dropped": dropped})
    if "monotone" not in (settings.pipeline or {}):
        given = {n: s.monotone for n, s in settings.columns.items() if n in spec.features}
        monotone = {name: direction for name, direction in given.items() if direction is not None}
        if monotone != spec.monotone:
            spec = spec.model_copy(update={"monotone": monotone})
    problems = validate(spec, columns, known)
    if problems:
        raise _invalid("The pipeline is not valid.", problems)
    return spec


def _invalid(what: str, problems: list[Problem]) -> PipeWeaveError:
    texts = [problem.text for problem in problems]
    return validation_error(f"{what} {' '.join(texts)}", fix=_FIX, problems=texts)


def _field_problem(error: "ErrorDetails") -> Problem:
    """Return the problem of one field, from pydantic's error."""
    path = ".".join(str(part) for part in error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else "pipeline"
    message = f"{error['msg']}."
    if error["type"] == "extra_forbidden":
        fix = nearest(last, _fields(error["loc"]))
        message = f"There is no key `{last[:60]}`."
    elif error["type"] == "missing":
        fix = f"Add `{last}`."
    else:
        fix = f"Replace the value {_short(error['input'])}."
    return Problem("PIP001", f"pipeline.{path}", message, fix)


def _short(value: Any) -> str:
    text = f"`{value}`" if isinstance(value, str | int | float) else type(value).__name__
    return text[:80]


def _fields(place: tuple[int | str, ...]) -> list[str]:
    """Return the valid keys beside a wrong one."""
    parts = {"steps": Step.model_fields, "split": SplitSpec.model_fields}
    owner = str(place[0]) if len(place) > 1 else ""
    return list(parts.get(owner, PipelineSpec.model_fields))
