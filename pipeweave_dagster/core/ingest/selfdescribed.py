# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read files that say themselves what they hold: Parquet, Arrow, JSON, JSON Lines, Excel."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal

import pyarrow as pa

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.containers import Content, is_workbook
from pipeweave_dagster.core.ingest.delimited import NOTHING_KNOWN, Known, from_rows
from pipeweave_dagster.core.ingest.raw_table import RawTable
from pipeweave_dagster.core.ingest.workspace import Workspace, identifier, literal

Format = Literal["csv", "json", "jsonl", "parquet", "excel", "arrow"]
_SPACE = b" \t\r\n\xef\xbb\xbf"


def format_of(content: Content) -> Format:
    """The format by the first bytes; the name decides only between kinds of text."""
    with content.path.open("rb") as file:
        head = file.read(4096)
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:6] == b"ARROW1" or head[:4] == b"\xff\xff\xff\xff" or head[:4] == b"FEA1":
        return "arrow"
    if head[:4] == b"PK\x03\x04" and is_workbook(content.path):
        return "excel"
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise validation_error(
            f"{content.name!r} is an old Excel workbook (.xls).", fix="Save it as .xlsx or CSV."
        )
    return _text_format(head.lstrip(_SPACE), content.name)


def _text_format(head: bytes, name: str) -> Format:
    suffix = name.lower().rsplit(".", 1)[-1]
    if head[:1] == b"[" and (suffix == "json" or head[1:].lstrip(_SPACE)[:1] in {b"{", b"]"}):
        return "json"
    if head[:1] == b"{":
        first = head.split(b"\n", 1)[0].strip()
        try:
            json.loads(first)
        except ValueError:
            return "json"
        return "jsonl"
    return "csv"


def read(
    content: Content, kind: Format, table: str, space: Workspace, known: Known = NOTHING_KNOWN
) -> RawTable:
    """Read the file into the table; errors of the readers become coded errors.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a damaged file or one that is no table.
    """
    readers = {"parquet": _parquet, "arrow": _arrow, "json": _json, "jsonl": _jsonl}
    try:
        if kind == "excel":
            raw = _excel(content, table, space, known)
        else:
            raw = readers[kind](content, table, space)
    except PipeWeaveError:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise validation_error(
            f"{content.name!r} is a damaged {kind} file: {str(error).splitlines()[0][:300]}",
            fix="Write it again, or upload it as CSV.",
            file=content.name,
        ) from error
    if not raw.rows or not raw.names:
        raise validation_error(
            f"{content.name!r} has no rows.", fix="Upload a file that has data.", columns=raw.names
        )
    return raw


def _parquet(content: Content, table: str, space: Workspace) -> RawTable:
    import pyarrow.parquet as pq

    names = [str(n) for n in pq.read_schema(content.path).names]
    source = f"read_parquet({literal(str(content.path))})"
    return _from_relation(content, "parquet", names, source, table, space)


def _arrow(content: Content, table: str, space: Workspace) -> RawTable:
    from pyarrow import feather, ipc

    with content.path.open("rb") as file:
        if file.read(4) == b"\xff\xff\xff\xff":
            file.seek(0)
            data = ipc.open_stream(file).read_all()
        else:
            data = feather.read_table(content.path)
    return _from_arrow(content, "arrow", data, table, space)


def _jsonl(content: Content, table: str, space: Workspace) -> RawTable:
    with content.path.open(encoding="utf-8-sig") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    return _from_objects(content, "jsonl", rows, table, space)


def _json(content: Content, table: str, space: Workspace) -> RawTable:
    data = json.loads(content.path.read_text(encoding="utf-8-sig"))
    return _from_objects(content, "json", _rows_in(data, content.name), table, space)


def _rows_in(data: Any, name: str) -> list[Any]:
    """The records of a JSON document: a list of objects, or one wrapped in an object."""
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        lists = {k: v for k, v in data.items() if isinstance(v, list)}
        objects = any(isinstance(x, dict) for v in lists.values() for x in islice(v, 5))
        if lists and not objects and len(data) == len(lists) and _even(lists):
            return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
        records = [v for v in lists.values() if v and isinstance(v[0], dict)]
        if records:
            return max(records, key=len)
        if data and all(isinstance(v, dict) for v in data.values()):
            return [{"key": k, **v} for k, v in data.items()]
    raise validation_error(
        f"{name!r} is JSON, but no list of records.",
        fix="Write it as [{...}, {...}] or JSON Lines.",
    )


def _even(lists: dict[str, list[Any]]) -> bool:
    return len({len(v) for v in lists.values()}) == 1


def _from_objects(
    content: Content, kind: Format, rows: list[Any], table: str, space: Workspace
) -> RawTable:
    names: dict[str, None] = {}
    flat = []
    for row in rows:
        record = _flatten(row)
        names.update(dict.fromkeys(record))
        flat.append(record)
        if len(names) > space.limits.max_columns:
            raise validation_error(
                f"{content.name!r} has more than {space.limits.max_columns:,} different keys.",
                fix="Bring the records to one set of keys.",
            )
    arrays = [_column([r.get(n) for r in flat]) for n in names]
    data = pa.table(arrays, names=[f"k{i}" for i in range(len(arrays))])
    return _from_arrow(content, kind, data, table, space, list(names))


def _flatten(row: Any, prefix: str = "") -> dict[str, Any]:
    if isinstance(row, list):
        return {f"column_{i + 1}": _leaf(v) for i, v in enumerate(row)}
    if not isinstance(row, dict):
        return {"value": _leaf(row)}
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict) and value and prefix.count(".") < 4:
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = _leaf(value)
    return flat


def _leaf(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _column(values: list[Any]) -> Any:
    """A typed array where all values agree, else their text."""
    kinds = {type(v) for v in values if v is not None}
    if kinds in ({int}, {float}, {bool}, {int, float}):
        try:
            return pa.array(
                [float(v) if kinds == {int, float} and v is not None else v for v in values]
            )
        except (OverflowError, pa.ArrowInvalid):
            pass
    texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return pa.array(
        [t.encode("utf-8", "replace").decode() if t is not None else None for t in texts],
        pa.string(),
    )


def _excel(content: Content, table: str, space: Workspace, known: Known) -> RawTable:
    """The sheet with the most cells, its values as text, laid out like a CSV file."""
    import openpyxl

    with content.path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheets = {
            s.title: list(_sheet_rows(s.iter_rows(values_only=True), space))
            for s in book.worksheets
        }
    title, rows = max(sheets.items(), key=lambda s: sum(map(len, s[1])), default=("", []))
    raw = from_rows(content, rows, table, space, known)
    if len([r for r in sheets.values() if r]) > 1:
        raw.notes.append(
            f"The workbook has {len(sheets)} sheets; {title!r}, the largest, was read."
        )
    return raw


def _sheet_rows(rows: Iterable[tuple[Any, ...]], space: Workspace) -> Iterator[list[str]]:
    for row in rows:
        if len(row) > space.limits.max_columns:
            raise validation_error(
                f"A sheet has {len(row):,} columns; the limit is {space.limits.max_columns:,}.",
                fix="Delete the columns that hold nothing.",
            )
        yield [_cell(v) for v in row]


def _cell(value: Any) -> str:
    import datetime as dt

    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _from_arrow(
    content: Content,
    kind: Format,
    data: pa.Table,
    table: str,
    space: Workspace,
    names: list[str] | None = None,
) -> RawTable:
    names = names if names is not None else [str(n) for n in data.column_names]
    space.db.register("incoming", data.rename_columns([f"k{i}" for i in range(data.num_columns)]))
    try:
        return _from_relation(content, kind, names, "incoming", table, space)
    finally:
        space.db.unregister("incoming")


def _from_relation(
    content: Content, kind: Format, names: list[str], source: str, table: str, space: Workspace
) -> RawTable:
    described = space.rows(f"DESCRIBE SELECT * FROM {source}")
    if len(described) > space.limits.max_columns:
        raise validation_error(
            f"{content.name!r} has {len(described):,} columns; the limit is "
            f"{space.limits.max_columns:,}.",
            fix="Upload fewer columns.",
        )
    selected, natives = [], []
    for index, (name, type_, *_) in enumerate(described):
        expression, native = _native(identifier(name), str(type_))
        selected.append(f"{expression} AS c{index}")
        natives.append(native)
    space.db.execute(f"CREATE TABLE {table} AS SELECT {', '.join(selected)} FROM {source}")
    return RawTable(
        table=table,
        names=names,
        natives=natives,
        dialect=Dialect(format=kind, container=content.container),
        rows=space.one(f"SELECT count(*) FROM {table}")[0],
        notes=list(content.notes),
    )


_NATIVE = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), ("CAST({c} AS BIGINT)", "BIGINT")
    ),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER"), ("CAST({c} AS BIGINT)", "BIGINT")),
    **dict.fromkeys(
        ("FLOAT", "DOUBLE"), ("CASE WHEN isfinite({c}) THEN CAST({c} AS DOUBLE) END", "DOUBLE")
    ),
    "BOOLEAN": ("{c}", "BOOLEAN"),
    "DATE": ("{c}", "DATE"),
    "TIME": ("{c}", "TIME"),
    "TIMESTAMP WITH TIME ZONE": ("CAST(timezone('UTC', {c}) AS TIMESTAMP)", "TIMESTAMP"),
}


def _native(column: str, type_: str) -> tuple[str, str]:
    """How a column of a self-describing file is kept: its type as the nearest storage type."""
    upper = type_.upper()
    expression, native = _NATIVE.get(upper, ("CAST({c} AS VARCHAR)", "VARCHAR"))
    if upper.startswith("DECIMAL"):
        expression, native = "CAST({c} AS DOUBLE)", "DOUBLE"
    elif upper.startswith("TIMESTAMP") and upper not in _NATIVE:
        expression, native = "CAST({c} AS TIMESTAMP)", "TIMESTAMP"
    return expression.replace("{c}", column), native
