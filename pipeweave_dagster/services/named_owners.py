"""Owners whom only the settings file of a data set names: they count before its first run begins.

Between the arrival of files and their run, which may wait in a queue, somebody else could upload
to the data set. So pages and API ask here before they change it, and the sensor records the owner.
"""

import logging

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.ownership import claim
from pipeweave_dagster.services.receive import settings_of

logger = logging.getLogger(__name__)


def named_owner(store: DocumentStore, dataset: str) -> str | None:
    """Return whom the `pipeweave.yaml` of a data set names; None if it names nobody.

    A file that is not valid names nobody: its run fails, and says what is wrong with it.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if it cannot be read.
    """
    try:
        return settings_of(store, dataset).owner
    except PipeWeaveError as error:
        if error.code is not ErrorCode.VALIDATION_ERROR:
            raise
        return None


def claim_arrived(store: DocumentStore, dataset: str) -> None:
    """Record whom the settings file of a data set names, where nobody has decided on its owner.

    What goes wrong is left to the run that is about to start: it claims once more, and fails with
    the reason where a failed sensor would stop the runs of all data sets.
    """
    try:
        claim(store, dataset, named_owner(store, dataset), "sensor")
    except PipeWeaveError as error:
        logger.warning("The owner of %s is not recorded yet: %s", dataset, error)
