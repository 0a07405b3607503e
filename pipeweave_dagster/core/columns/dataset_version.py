"""One version of a data set, as another one is compared with it."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSnapshot, Part, SchemaDeduction
from pipeweave_dagster.core.documents.findings import Compared


class Version(Part):
    """A typed table with its meaning; `data` is its Parquet file, `addresses` where it is kept."""

    snapshot: DatasetSnapshot
    meaning: SchemaDeduction
    data: Path
    addresses: Compared | None = None
