"""A pipeline that a person wrote in `pipeweave.yaml`, laid over the constructed one."""

from pydantic import ValidationError

from pipeweave_dagster.core.documents import DatasetSettings, PipelineSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.validate import validate


def apply_settings(
    spec: PipelineSpec, settings: DatasetSettings, columns: list[str]
) -> PipelineSpec:
    """Lay `settings.pipeline` over the constructed pipeline, and check the result.

    Args:
        spec: What the rules constructed.
        settings: Its `pipeline` holds any fields of a `PipelineSpec`; those given replace.
        columns: Names of the table's columns.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with every problem, its path and what to do.
    """
    if settings.pipeline:
        given = {**spec.model_dump(), **settings.pipeline, "source": "settings"}
        try:
            spec = PipelineSpec.model_validate(given)
        except ValidationError as error:
            lines = [
                f"pipeline.{'.'.join(str(part) for part in e['loc'])}: {e['msg']}"
                for e in error.errors()
            ]
            raise validation_error(
                "The pipeline in the settings cannot be read. " + " ".join(lines),
                fix="Correct these keys under `pipeline:` in pipeweave.yaml.",
                problems=lines,
            ) from error
    problems = validate(spec, columns)
    if problems:
        raise validation_error(
            "The pipeline has problems. " + " ".join(p.text for p in problems),
            fix="Correct them under `pipeline:` in pipeweave.yaml.",
            problems=[p.text for p in problems],
        )
    return spec
