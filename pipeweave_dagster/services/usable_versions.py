"""Whether an earlier version can still predict: before it is the champion again, not after."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.worker import KILLED
from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.prediction import prediction_ms
from pipeweave_dagster.services.model_versions import load_version, versions
from pipeweave_dagster.services.privacy_key import why_unreadable
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.workbench import Workbench

_OF_THE_VERSION = {ErrorCode.NOT_FOUND, ErrorCode.VALIDATION_ERROR, ErrorCode.INTERNAL_ERROR}


class Usable(NamedTuple):
    """The nearest earlier version that can predict.

    Attributes:
        version: None if there is none.
        passed_over: Nearer versions, with the reason why they cannot predict any more.
    """

    version: str | None
    passed_over: dict[str, str]

    @property
    def note(self) -> str:
        """The versions that were passed over, in sentences."""
        return " ".join(
            f"Version {version} cannot predict any more: {reason}"
            for version, reason in self.passed_over.items()
        )


def first_usable(workbench: Workbench, dataset: str, candidates: Sequence[str]) -> Usable:
    """Return the first of some versions that can still predict.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        candidates: Versions, the nearest first.
    """
    passed_over: dict[str, str] = {}
    for version in candidates:
        reason = why_unusable(workbench, dataset, version)
        if not reason:
            return Usable(version, passed_over)
        passed_over[version] = reason
    return Usable(None, passed_over)


def why_unusable(workbench: Workbench, dataset: str, version: str) -> str:
    """Return why a version cannot predict any more, as a sentence; empty if it can.

    Its documents and files are there and whole, it is in MLflow, its columns can be read with the
    settings of now, and the worker predicts a row with it.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE and others that say nothing about the version.
    """
    if version not in versions(workbench.store, dataset):
        return "It is not in this storage."
    try:
        trained, _ = load_version(workbench.store, dataset, version)
        problem = _why_unknown(workbench, dataset, trained)
        if not problem:
            _predict_a_row(workbench, trained)
    except PipeWeaveError as error:
        if error.code not in _OF_THE_VERSION or error.details.get(KILLED):
            raise
        problem = error.message
    return f"{problem[:1].upper()}{problem[1:].rstrip('.')}." if problem else ""


def _why_unknown(workbench: Workbench, dataset: str, trained: TrainedModel) -> str:
    settings = workbench.settings
    return why_unreadable(
        settings, settings_of(workbench.store, dataset), trained
    ) or workbench.on_model(
        mlflow_store.missing_version, tracking_uri=settings.tracking_uri, link=trained.mlflow
    )


def _predict_a_row(workbench: Workbench, trained: TrainedModel) -> None:
    """Predict the first test row; every file that a batch needs must be whole."""
    payload = workbench.store.payload
    payload(trained.reference)
    workbench.on_model(prediction_ms, model=payload(trained.model), rows=payload(trained.test_rows))
