"""Write a stream of rows to one Parquet file per part."""

import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.adapters.sources.reader import Reader
from pipeweave_dagster.core.documents import PulledPart, RawFile
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.sources.part_sql import PartState

_PLAIN = re.compile(r"[A-Za-z0-9]{1,20}|\d{4}-\d\d-\d\d")
Values = tuple[str | None, ...]


def part_name(values: Values, source: str) -> str:
    """Return a file name for the values of a part; different values have different names.

    Example:
        >>> part_name(("2013-05-01",), "flights"), part_name(("5", "1"), "flights")
        ('2013-05-01.parquet', '5-1.parquet')
    """
    if not values:
        return f"{source}.parquet"
    words = [value for value in values if value is not None and _PLAIN.fullmatch(value)]
    ambiguous = len(values) > 1 and any("-" in word for word in words)
    if len(words) == len(values) and not ambiguous:
        return f"{'-'.join(words)}.parquet"
    digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()[:12]
    return f"part-{digest}.parquet"


def runs_of_parts(batch: pa.RecordBatch, count: int) -> Iterator[tuple[Values, pa.RecordBatch]]:
    """Split a batch where its last `count` columns, the values of the part, change."""
    width = batch.num_columns - count
    rows, keys = batch.select(range(width)), batch.columns[width:]
    if not batch.num_rows:
        return
    changes = np.zeros(batch.num_rows - 1, dtype=bool)
    for key in keys:
        codes = np.asarray(key.dictionary_encode(null_encoding="encode").indices)
        changes |= codes[1:] != codes[:-1]
    starts = [0, *(np.flatnonzero(changes) + 1).tolist(), batch.num_rows]
    for start, end in itertools.pairwise(starts):
        yield tuple(key[start].as_py() for key in keys), rows.slice(start, end - start)


class PartFiles:
    """Writes parts into a folder, one after the other.

    Args:
        folder: Where.
        source: Name of the source.
        reader: Gives rows the types of its schema.
        max_bytes: How much may be written.
    """

    def __init__(self, folder: Path, source: str, reader: Reader, max_bytes: int) -> None:
        self._folder, self._source, self._reader = folder, source, reader
        self._max_bytes, self._written = max_bytes, 0

    def write(
        self, batches: Iterable[pa.RecordBatch], wanted: Sequence[PartState]
    ) -> Iterator[PulledPart]:
        """Write the rows of the wanted parts (none: of all), and yield each part that is complete.

        Raises:
            PipeWeaveError: VALIDATION_ERROR for more than `max_bytes`.
        """
        states = {state.values: state for state in wanted}
        count = len(wanted[0].values) if wanted else 0
        part: _OpenPart | None = None
        for batch in batches:
            for values, rows in runs_of_parts(batch, count):
                if wanted and values not in states:
                    continue
                if part is None or part.values != values:
                    if part is not None:
                        yield self._closed(part)
                    state = states.get(values)
                    part = self._opened(values, state.watermark if state else None)
                self._append(part, rows)
        if part is None and not wanted:
            part = self._opened((), None)  # a table without rows has columns
        if part is not None:
            yield self._closed(part)

    def _opened(self, values: Values, watermark: str | None) -> "_OpenPart":
        path = self._folder / part_name(values, self._source)
        schema = self._reader.schema()
        writer = pq.ParquetWriter(path, schema, compression="zstd")
        return _OpenPart(path, values, watermark, schema, writer)

    def _append(self, part: "_OpenPart", rows: pa.RecordBatch) -> None:
        part.writer.write_batch(self._reader.exact(rows, part.changed).cast(part.schema))
        part.rows += rows.num_rows
        self._check(self._written + part.path.stat().st_size)

    def _closed(self, part: "_OpenPart") -> PulledPart:
        part.writer.close()
        size = part.path.stat().st_size
        self._written += size
        self._check(self._written)
        with part.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return PulledPart(
            file=RawFile(name=part.path.name, sha256=digest, size_bytes=size),
            values=list(part.values),
            rows=part.rows,
            watermark=part.watermark,
            changed=dict(part.changed),
        )

    def _check(self, size: int) -> None:
        if size > self._max_bytes:
            raise validation_error(
                f"The source {self._source!r} has more than {self._max_bytes >> 20:,} MB.",
                fix="Raise MAX_DATASET_SIZE_MB, or select fewer rows by a query.",
            )


@dataclass
class _OpenPart:
    """A part that is being written."""

    path: Path
    values: Values
    watermark: str | None
    schema: pa.Schema
    writer: Any
    rows: int = 0
    changed: Counter[str] = field(default_factory=Counter)
