"""One version of a data set, for comparison with another."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSnapshot, Part, SchemaDeduction
from pipeweave_dagster.core.documents.findings import Compared


class Version(Part):
    """A typed table with its schema; `data` is its Parquet file, `addresses` identify both."""

    snapshot: DatasetSnapshot
    meaning: SchemaDeduction
    data: Path
    addresses: Compared | None = None
