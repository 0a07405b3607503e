"""MongoDB by PyMongo: documents are spooled to disk once, so that two passes see the same."""

import datetime as dt
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeweave_dagster.adapters.sources.address import Address
from pipeweave_dagster.adapters.sources.document_parts import (
    Values,
    part_expressions,
    part_filter,
    part_word,
    spool_name,
    value_at,
)
from pipeweave_dagster.adapters.sources.exact_values import finite_dates
from pipeweave_dagster.adapters.sources.failures import away, failure, missing_package
from pipeweave_dagster.adapters.sources.reader import BatchSize
from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.sources.part_sql import PartState
from pipeweave_dagster.core.sources.read_only_sql import INSTALL_SOURCES

_WAIT_MS = 10_000
_MOST_IN_FILTER = 50
_MOST_SPOOLED = 8 << 30
_STATES = {13: "42501", 18: "28000"}


class MongoReader:
    """Reads one collection; no command of this class writes.

    Args:
        source: What to read.
        address: Where; it names the database.
    """

    def __init__(self, source: Source, address: Address) -> None:
        try:
            import pymongo

            from pipeweave_dagster.adapters.sources.document_columns import FieldColumns
        except ImportError:
            raise missing_package("mongodb", "pymongo", INSTALL_SOURCES) from None
        if not address.database:
            raise validation_error(
                f"The address in {source.connection} names no database.",
                fix="Write it as mongodb://USER:PASSWORD@HOST:27017/DATABASE.",
            )
        self._address, self._increment = address, source.incremental
        self._errors = pymongo.errors
        self._client: Any = pymongo.MongoClient(
            address.url,
            serverSelectionTimeoutMS=_WAIT_MS,
            connectTimeoutMS=_WAIT_MS,
            tz_aware=True,
            uuidRepresentation="standard",
            datetime_conversion="DATETIME_AUTO",
            appname="pipeweave",
        )
        self._collection = self._client[address.database][str(source.collection)]
        self._fields = FieldColumns()
        self._spool = Path(tempfile.mkdtemp(prefix="pipeweave-mongodb-"))
        self._bytes = 0
        self._filters: dict[Values, dict[str, Any]] = {}

    def definition(self) -> str:
        """Return nothing: documents of other fields leave earlier parts as they are."""
        return ""

    def schema(self) -> pa.Schema:
        """Return the schema of the documents that were read; reads some if none were yet."""
        if not self._fields.by_name:
            with self._failures():
                for document in self._collection.find().limit(1000):
                    self._fields.add(document)
        schema = self._fields.schema()
        return pa.schema([(f.name, _stored(f.type)) for f in schema])

    def parts(self) -> list[PartState]:
        """Return the parts that there are now."""
        increment = self._increment
        if increment is None:
            return []
        group: dict[str, Any] = {"rows": {"$sum": 1}}
        group["_id"] = {f"p{i}": part for i, part in enumerate(part_expressions(increment))}
        if increment.key:
            group["watermark"] = {"$max": f"${increment.key}"}
        pipeline: list[dict[str, Any]] = [{"$group": group}, {"$sort": {"_id": 1}}]
        with self._failures():
            found = list(self._collection.aggregate(pipeline, allowDiskUse=True))
        states = []
        for entry in found:
            raw = [entry["_id"].get(f"p{i}") for i in range(len(entry["_id"]))]
            values = tuple(part_word(value) for value in raw)
            self._filters[values] = part_filter(increment, raw)
            watermark = part_word(entry.get("watermark"))
            states.append(PartState(values, int(entry["rows"]), watermark))
        return states

    def batches(self, wanted: Sequence[PartState]) -> Iterator[pa.RecordBatch]:
        """Yield the documents, ordered by part."""
        import bson

        query: dict[str, Any] = {}
        if wanted and len(wanted) <= _MOST_IN_FILTER:
            query = {"$or": [self._filters[state.values] for state in wanted]}
        with self._failures():
            for raw in self._collection.find_raw_batches(query, batch_size=1000):
                self._spooled(bson.decode_all(raw, self._collection.codec_options))
        for values in [state.values for state in wanted] or [()]:
            path = self._spool / spool_name(values)
            if path.exists():
                yield from self._from_spool(path, values)

    def _spooled(self, documents: Sequence[dict[str, Any]]) -> None:
        import bson

        if self._bytes > _MOST_SPOOLED:
            raise validation_error(
                f"The collection has more than {_MOST_SPOOLED >> 30} GB.",
                fix="Pull it in parts by 'incremental', or copy what is needed to another.",
            )
        by_part: dict[Values, list[bytes]] = {}
        for document in documents:
            self._fields.add(document)
            encoded = bson.encode(document, codec_options=self._collection.codec_options)
            by_part.setdefault(self._part_of(document), []).append(encoded)
        for values, encoded_documents in by_part.items():
            self._bytes += sum(map(len, encoded_documents))
            with (self._spool / spool_name(values)).open("ab") as file:
                file.writelines(encoded_documents)

    def _part_of(self, document: dict[str, Any]) -> Values:
        increment = self._increment
        if increment is None:
            return ()
        if increment.partition_by:
            return tuple(part_word(value_at(document, name)) for name in increment.partition_by)
        moment = value_at(document, str(increment.key))
        return (moment.strftime("%Y-%m-%d") if isinstance(moment, dt.datetime) else None,)

    def _from_spool(self, path: Path, values: Values) -> Iterator[pa.RecordBatch]:
        import bson

        size, documents = BatchSize(), []
        with path.open("rb") as file:
            for document in bson.decode_file_iter(file, self._collection.codec_options):
                documents.append(document)
                if len(documents) >= size.rows:
                    yield (batch := self._batch(documents, values))
                    size.adapt(batch)
                    documents = []
        if documents:
            yield self._batch(documents, values)

    def _batch(self, documents: list[dict[str, Any]], values: Values) -> pa.RecordBatch:
        batch = self._fields.batch(documents)
        parts = [pa.array([value] * len(documents), pa.string()) for value in values]
        names = [*batch.schema.names, *(f"pipeweave_part_{i}" for i in range(len(values)))]
        return pa.RecordBatch.from_arrays([*batch.columns, *parts], names=names)

    def exact(self, rows: pa.RecordBatch, changed: Counter[str]) -> pa.RecordBatch:
        """Count values of fields that hold several types; they are text already."""
        arrays = []
        for column, array in zip(self._fields.by_name.values(), rows.columns, strict=True):
            if column.mixed and (present := len(array) - array.null_count):
                changed[column.mixed] += present
            stored = _stored(array.type)
            arrays.append(finite_dates(array.cast(stored), changed))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema())

    def _failures(self) -> "_Failures":
        return _Failures(self._address, self._errors)

    def close(self) -> None:
        """End the session, and remove what was spooled."""
        self._client.close()
        shutil.rmtree(self._spool, ignore_errors=True)


class _Failures:
    """Turns the driver's errors into PipeWeave's."""

    def __init__(self, address: Address, errors: Any) -> None:
        self._address, self._errors = address, errors

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if not isinstance(error, self._errors.PyMongoError) or isinstance(error, PipeWeaveError):
            return
        # What follows repeats the state of all servers, or the whole reply.
        text = str(error).partition(" (configured")[0].partition(", full error")[0]
        code = getattr(error, "code", None)
        if code in _STATES:
            raise failure(self._address, _STATES[code], text) from None
        if isinstance(error, self._errors.OperationFailure):
            raise failure(self._address, "42000", text) from None
        raise away(self._address, text) from None


def _stored(type_: pa.DataType) -> pa.DataType:
    return pa.timestamp("us", "UTC") if pa.types.is_timestamp(type_) else type_
