"""Read self-describing files: Parquet, Arrow, JSON, JSON Lines, Excel."""

import json

from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.base.containers import Content, is_workbook
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.columnar_files import read_arrow, read_parquet
from pipeweave_dagster.core.ingest.formats.json_rows import read_json, read_jsonl
from pipeweave_dagster.core.ingest.formats.relations import Format
from pipeweave_dagster.core.ingest.formats.worksheet import read_excel
from pipeweave_dagster.core.ingest.text.read_plan import DEFAULT_OPTIONS, ReadOptions

_LEADING = b" \t\r\n\xef\xbb\xbf"


def detect_format(content: Content) -> Format:
    """Detect the format by the first bytes; the name only decides between text formats."""
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
            f"{content.name!r} is an Excel workbook in the old format (.xls).",
            fix="Save it as .xlsx or CSV.",
        )
    return _text_format(head.lstrip(_LEADING), content.name)


def _text_format(head: bytes, name: str) -> Format:
    suffix = name.lower().rsplit(".", 1)[-1]
    if head[:1] == b"[" and (suffix == "json" or head[1:].lstrip(_LEADING)[:1] in {b"{", b"]"}):
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
    content: Content,
    format_: Format,
    table: str,
    space: Workspace,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> RawTable:
    """Read the file into a table; errors of the reader become `PipeWeaveError`.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a file that is damaged or has no rows.
    """
    readers = {
        "parquet": read_parquet,
        "arrow": read_arrow,
        "json": read_json,
        "jsonl": read_jsonl,
        "excel": read_excel,
    }
    try:
        raw = readers[format_](content, table, space, options)
    except PipeWeaveError:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise validation_error(
            f"{content.name!r} is a damaged {format_} file: {str(error).splitlines()[0][:300]}",
            fix="Export it again, or upload it as CSV.",
            file=content.name,
        ) from error
    if not raw.rows or not raw.names:
        raise validation_error(
            f"{content.name!r} has no rows.",
            fix="Upload a file that contains data.",
            columns=raw.names,
        )
    return raw
