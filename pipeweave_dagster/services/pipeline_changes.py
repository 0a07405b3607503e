"""Set the pipeline of a data set: written by hand, or constructed again."""

from typing import Any, Literal

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.advice_calls import why_no_advice
from pipeweave_dagster.services.pipeline_facts import applied_pipeline
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.settings_file import Written, write_settings
from pipeweave_dagster.settings import Settings

Mode = Literal["manual", "auto", "advised"]


def check_pipeline(
    store: DocumentStore, dataset: str, pipeline: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the pipeline that these fields give; nothing is written.

    Args:
        store: Documents and records.
        dataset: A data set with a published pipeline.
        pipeline: Fields of a pipeline as in `pipeweave.yaml`; None for those of the file.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with every problem, its path and its fix.
    """
    given = settings_of(store, dataset)
    if pipeline is not None:
        given = given.model_copy(update={"pipeline": pipeline})
    spec, _ = applied_pipeline(store, dataset, given)
    return spec.model_dump(mode="json")


def write_pipeline(
    store: DocumentStore, dataset: str, pipeline: dict[str, Any], reason: str = ""
) -> Written:
    """Write a pipeline into the settings of a data set, in place of an earlier one.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it is not valid for the table; nothing is written.
    """
    check_pipeline(store, dataset, pipeline)
    return _written(store, dataset, pipeline, reason)


def choose_mode(
    store: DocumentStore,
    settings: Settings,
    dataset: str,
    mode: Mode,
    pipeline: dict[str, Any] | None,
    reason: str = "",
) -> Written | None:
    """Have the next run use a pipeline by hand, by rules, or by rules with an LLM's advice.

    Returns:
        Where it was written; None if nothing had to be.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if mode and pipeline do not fit, or advice is switched off.
    """
    if (mode == "manual") != (pipeline is not None):
        raise validation_error(
            "A pipeline belongs to the mode manual, and to no other.",
            fix="Send `pipeline` with the mode manual, and none with auto and advised.",
        )
    if mode == "advised":
        _require_advice(settings)
    if pipeline is not None:
        return write_pipeline(store, dataset, pipeline, reason)
    if settings_of(store, dataset).pipeline is None:
        return None
    return _written(store, dataset, None, reason)


def _written(
    store: DocumentStore, dataset: str, pipeline: dict[str, Any] | None, reason: str
) -> Written:
    patch, replaced = {"pipeline": pipeline}, ["pipeline"]
    return write_settings(
        store, dataset, patch, action="pipeline", reason=reason, replaced=replaced
    )


def _require_advice(settings: Settings) -> None:
    off = "PIPEWEAVE_ADVISOR is rules" if settings.advisor == "rules" else why_no_advice(settings)
    if off:
        raise validation_error(
            f"There is no advisor: {off}.",
            fix="Set PIPEWEAVE_ADVISOR=gemini and GOOGLE_API_KEY, or use the mode auto.",
        )
