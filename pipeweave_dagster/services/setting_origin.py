"""Where a setting comes from that a run refuses."""

import contextlib
from collections.abc import Iterator

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services.receive import settings_of


@contextlib.contextmanager
def naming_the_file(store: DocumentStore, dataset: str) -> Iterator[None]:
    """Add the settings file to an error about one of its settings.

    A value that was given for this run alone is not in the file, and nothing is added.

    Raises:
        PipeWeaveError: The error of the block, with the file if the setting is there.
    """
    try:
        yield
    except PipeWeaveError as error:
        refused = error.details.get("setting")
        if not refused:
            raise
        kept = settings_of(store, dataset).model_dump(mode="json")
        names = [name for name, value in refused.items() if kept.get(name) == value]
        if not names:
            raise
        text = f"{error.message} It is `{names[0]}` in uploads/{dataset}/{SETTINGS_FILE}."
        raise PipeWeaveError(error.code, text, fix=error.fix, **error.details) from error
