"""A file that was put to be scored and was not."""

from pipeweave_dagster.core.documents.base import Part


class RefusedBatch(Part):
    """A file under `predict/` that could not be scored, and why.

    `file` is its key in the storage, `batch` the name of its batch, `at` in seconds since 1970.
    """

    batch: str
    file: str
    run_id: str = ""
    at: float
    reason: str
