"""CrateDB by its HTTP endpoint: one response per part, which names the types of its columns."""

import base64
import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from pipeweave_dagster.adapters.sources.address import Address
from pipeweave_dagster.adapters.sources.exact_values import finite_dates
from pipeweave_dagster.adapters.sources.failures import away, denied, failure
from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.sources.part_sql import PartSql, PartState

_WAIT_S = 600
_MOST_BYTES = 1 << 30
# Numbers of the types in the protocol. Objects (12, 16), arrays (lists), geometries and what has no
# equal in Arrow are stored as their JSON; numeric values are texts with all digits.
_TYPES: dict[int, pa.DataType] = {
    2: pa.int8(),
    3: pa.bool_(),
    6: pa.float64(),
    7: pa.float64(),
    8: pa.int16(),
    9: pa.int32(),
    10: pa.int64(),
    11: pa.timestamp("ms", "UTC"),
    15: pa.timestamp("ms"),
}
_STATES = {4011: "42501", 4010: "28000", 4041: "42P01", 4043: "42703", 4045: "42P01"}


class CrateReader:
    """Reads CrateDB; only SELECT is sent, which the parser has proved.

    Args:
        source: What to read.
        address: Where; `crate://` means `http://`.
    """

    def __init__(self, source: Source, address: Address) -> None:
        self._address, self._sql = address, PartSql(source)
        secure = address.url.startswith("https:")
        self._endpoint = f"http{'s' * secure}://{address.host}:{address.port}/_sql?types"
        reply = self._reply(self._sql.columns())
        self._names = [str(name) for name in reply["cols"]]
        self._types = [_type(given) for given in reply["col_types"]]

    def definition(self) -> str:
        """Return the columns: parts with other columns are read again."""
        return self.schema().to_string()

    def schema(self) -> pa.Schema:
        """Return the Arrow schema of the rows."""
        return pa.schema(list(zip(self._names, map(_stored, self._types), strict=True)))

    def parts(self) -> list[PartState]:
        """Return the parts that there are now."""
        rows = self._reply(self._sql.counts())["rows"]
        return [PartState(tuple(row[:-2]), int(row[-2]), row[-1]) for row in rows]

    def batches(self, wanted: Sequence[PartState]) -> Iterator[pa.RecordBatch]:
        """Yield the rows, one batch per part."""
        names = [self._sql.words.name(name) for name in self._names]
        for states in [[state] for state in wanted] or [[]]:
            rows = self._reply(self._sql.rows(names, states))["rows"]
            columns = list(zip(*rows, strict=True)) or [()] * len(names)
            parts = len(columns) - len(names)
            types = [*self._types, *[pa.string()] * parts]
            arrays = [_array(values, type_) for values, type_ in zip(columns, types, strict=True)]
            labels = [str(number) for number in range(len(types))]
            yield pa.RecordBatch.from_arrays(arrays, names=labels)

    def exact(self, rows: pa.RecordBatch, changed: Counter[str]) -> pa.RecordBatch:
        """Return times in microseconds; those that no calendar has become missing."""
        stored = [finite_dates(a.cast(_stored(a.type)), changed) for a in rows.columns]
        return pa.RecordBatch.from_arrays(stored, schema=self.schema())

    def _reply(self, sql: str) -> Any:
        """Send one statement and return the reply."""
        body = json.dumps({"stmt": sql}).encode()
        headers = {"Content-Type": "application/json"}
        if self._address.user:
            login = f"{self._address.user}:{self._address.password}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
        request = urllib.request.Request(self._endpoint, body, headers)  # noqa: S310 - http(s) only
        try:
            with urllib.request.urlopen(request, timeout=_WAIT_S) as response:  # noqa: S310
                data = response.read(_MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise self._refused(error) from None
        except OSError as error:
            raise away(self._address, getattr(error, "reason", error)) from None
        if len(data) > _MOST_BYTES:
            raise validation_error(
                f"A reply of the source ({self._address}) has more than {_MOST_BYTES >> 20:,} MB.",
                fix="Pull the table in smaller parts: set 'incremental'.",
            )
        return _parsed(data, self._address)

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        """Return the error for a reply that is none; its text is the server's."""
        with error:
            data = error.read(1 << 16)
        if error.code in {401, 403}:
            return denied(self._address, f"HTTP status {error.code}")
        try:
            details = json.loads(data)["error"]
            text, code = str(details["message"]), int(details["code"])
        except (ValueError, KeyError, TypeError):
            return away(self._address, f"HTTP status {error.code}")
        if error.code >= 500 and code not in _STATES:
            return away(self._address, text)
        return failure(self._address, _STATES.get(code, "42000"), text)

    def close(self) -> None:
        """Do nothing: there is no session."""


def _parsed(data: bytes, address: Address) -> Any:
    try:
        reply = json.loads(data)
        complete = {"cols", "col_types", "rows"} <= reply.keys()
    except (ValueError, AttributeError):
        complete = False
    if not complete:
        raise away(address, "the reply is not one of CrateDB")
    return reply


def _type(given: Any) -> pa.DataType:
    return _TYPES.get(given, pa.string()) if isinstance(given, int) else pa.string()


def _stored(type_: pa.DataType) -> pa.DataType:
    if not pa.types.is_timestamp(type_):
        return type_
    return pa.timestamp("us", type_.tz)


def _array(values: Sequence[Any], type_: pa.DataType) -> Any:
    if pa.types.is_timestamp(type_):
        return pa.array(values, pa.int64()).cast(type_)
    if pa.types.is_string(type_):
        return pa.array([_text(value) for value in values], type_)
    return pa.array(values, type_)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
