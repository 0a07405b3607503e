"""Row groups of the typed table, as a worker of the cluster reads them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from pipeweave_dagster.core.errors import not_found


class RowGroup(NamedTuple):
    """A row group of the table: its number, and the position of its first row."""

    number: int
    start: int


def row_groups(table: str) -> list[RowGroup]:
    """Return the row groups of a table, from its footer alone."""
    with opened(table) as file:
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    return [RowGroup(n, sum(sizes[:n])) for n in range(len(sizes))]


def read_row_group(table: str, number: int, columns: list[str]) -> Any:
    """Return one row group as an Arrow table; only the bytes of these columns are read."""
    with opened(table) as file:
        return file.read_row_group(number, columns=columns)


@contextmanager
def opened(table: str) -> Iterator[Any]:
    """Open a Parquet file by its path, or by `s3://bucket/key` with this process's credentials.

    Raises:
        PipeWeaveError: NOT_FOUND if this machine cannot read it.
    """
    import pyarrow.parquet as pq

    where = table.removeprefix("s3://")
    try:
        file = pq.ParquetFile(where, filesystem=_s3() if where != table else None)
    except OSError as error:
        raise not_found(
            f"A worker of the Dask cluster cannot read {table!r} ({type(error).__name__}).",
            fix="Workers need the same shared disk, or for S3 the variables of the storage.",
        ) from error
    with file:
        yield file


@cache
def _s3() -> Any:
    from pyarrow.fs import S3FileSystem

    # The workers of a cluster are processes of their own, with an environment of their own.
    return S3FileSystem(
        endpoint_override=os.environ.get("S3_ENDPOINT_URL") or None,
        region=os.environ.get("AWS_REGION") or "us-east-1",
    )
