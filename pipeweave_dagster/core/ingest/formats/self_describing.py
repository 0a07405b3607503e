"""Read self-describing files: Parquet, Arrow, JSON, JSON Lines, Excel, HTML."""

import contextlib
import gc
import json
import re
from collections.abc import Iterator

from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.columnar_files import read_arrow, read_parquet
from pipeweave_dagster.core.ingest.formats.html_page import read_html
from pipeweave_dagster.core.ingest.formats.json_parsing import why_invalid
from pipeweave_dagster.core.ingest.formats.json_rows import read_json, read_jsonl
from pipeweave_dagster.core.ingest.formats.relations import Format
from pipeweave_dagster.core.ingest.text.read_options import DEFAULT_OPTIONS, ReadOptions

_NO_MEMORY = re.compile(
    r"out of memory|allocat\w+ (of|data|memory)|malloc|bad_alloc", re.IGNORECASE
)


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
        "excel": _read_excel,
        "html": read_html,
    }
    try:
        with _without_collection():
            raw = readers[format_](content, table, space, options)
    except PipeWeaveError:
        raise
    except MemoryError:
        raise
    except Exception as error:
        if _NO_MEMORY.search(str(error)):  # libraries wrap what an allocation raises
            raise MemoryError from error
        raise validation_error(
            f"{content.name!r} is a damaged {format_} file: {_reason(error)}.",
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


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the collection of cycles.

    Millions of values are made and none is garbage; looking for it takes most of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _reason(error: Exception) -> str:
    """Return the first line of an error, or its type if it has no message."""
    if isinstance(error, json.JSONDecodeError):
        return f"in line {error.lineno}, {why_invalid(error)}"
    lines = str(error).splitlines()
    return lines[0][:300].rstrip(".") if lines else type(error).__name__


def _read_excel(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    # Imports openpyxl, which takes longer than many files take to be read.
    from pipeweave_dagster.core.ingest.formats.worksheet import read_excel

    return read_excel(content, table, space, options)
