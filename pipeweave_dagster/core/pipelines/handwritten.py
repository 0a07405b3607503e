"""A pipeline that a person wrote in `pipeweave.yaml`, laid over the constructed one."""

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
    """Lay `settings.pipeline` over the constructed pipeline, and check the result.

    Args:
        spec: What the rules constructed.
        settings: Its `pipeline` holds any fields of a `PipelineSpec`; those given replace.
        columns: Names of the table's columns.
        known: What is known of columns by name.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with every problem, its path and what to do.
    """
    if settings.pipeline:
        given = {**spec.model_dump(), **settings.pipeline, "source": "settings"}
        try:
            spec = PipelineSpec.model_validate(given)
        except ValidationError as error:
            unread = [_unread(e) for e in error.errors()]
            raise _refused("The pipeline in the settings cannot be read.", unread) from error
        # What the rules left out and a person took in is not left out.
        dropped = {name: why for name, why in spec.dropped.items() if name not in spec.features}
        spec = spec if dropped == spec.dropped else spec.model_copy(update={"dropped": dropped})
    if "monotone" not in (settings.pipeline or {}):
        said = {n: s.monotone for n, s in settings.columns.items() if n in spec.features}
        held = {name: way for name, way in said.items() if way is not None}
        spec = spec if held == spec.monotone else spec.model_copy(update={"monotone": held})
    problems = validate(spec, columns, known)
    if problems:
        raise _refused("The pipeline has problems.", problems)
    return spec


def _refused(what: str, problems: list[Problem]) -> PipeWeaveError:
    texts = [problem.text for problem in problems]
    return validation_error(f"{what} {' '.join(texts)}", fix=_FIX, problems=texts)


def _unread(error: "ErrorDetails") -> Problem:
    """What pydantic says of one field, with a fix."""
    path = ".".join(str(part) for part in error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else "pipeline"
    message = f"{error['msg']}."
    if error["type"] == "extra_forbidden":
        fix = nearest(last, _fields(error["loc"]))
        message = f"There is no key `{last[:60]}`."
    elif error["type"] == "missing":
        fix = f"Add `{last}`."
    else:
        fix = f"It is {_short(error['input'])}; write another value."
    return Problem("PIP001", f"pipeline.{path}", message, fix)


def _short(value: Any) -> str:
    text = f"`{value}`" if isinstance(value, str | int | float) else type(value).__name__
    return text[:80]


def _fields(place: tuple[int | str, ...]) -> list[str]:
    """The keys that there are beside a wrong one."""
    parts = {"steps": Step.model_fields, "split": SplitSpec.model_fields}
    owner = str(place[0]) if len(place) > 1 else ""
    return list(parts.get(owner, PipelineSpec.model_fields))
