"""Read JSON and Excel workbooks as rows, for a model without PipeWeave.

The source is copied beside exported models.
"""

import datetime as dt
import io
import json
import re
import zipfile
from typing import Any

from pipeweave_dagster.core.model.closing_lines import closing_notes, closing_start
from pipeweave_dagster.core.model.column_names import ColumnsError, fold_name
from pipeweave_dagster.core.model.frame_cells import cell_text

FORMATS_READ = (
    "Read are delimited text, Parquet, JSON Lines, a JSON list of objects and, where the package"
    " openpyxl is installed, Excel workbooks (.xlsx)"
)
_ZEROS = re.compile("0{2,}")


def json_records(text: str) -> list[dict[str, Any]] | None:
    r"""Return the records of JSON Lines or of a list of objects, flat; None if it is neither.

    Objects in a record become columns with dotted names, lists JSON text.

    Raises:
        ColumnsError: It is JSON of another form, or a line below the first one is not JSON.

    Example:
        >>> json_records('{"a": {"b": 1}}\n{"a": null}\n')
        [{'a.b': 1}, {'a': None}]
    """
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        data = json.loads(text)
    except ValueError:
        data = _of_lines(text)
        if data is None:
            return None
    records = data if isinstance(data, list) else [data]
    if not records or not all(isinstance(record, dict) for record in records):
        raise ColumnsError(f"This JSON is not a list of objects. {FORMATS_READ}; save it as one.")
    return [_flat(record) for record in records]


def _of_lines(text: str) -> list[Any] | None:
    records: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except ValueError as error:
            if not records:  # the names of a CSV may begin with a brace, too
                return None
            raise ColumnsError(f"Line {number} is not JSON ({error}); mend or remove it.") from None
    return records


def _flat(record: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value:
            found |= _flat(value, f"{above}{key}.")
        else:
            nested = isinstance(value, dict | list)
            found[above + key] = json.dumps(value, ensure_ascii=False) if nested else value
    return found


def is_workbook_content(content: bytes) -> bool:
    """Return whether bytes are an Excel workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def workbook_rows(content: bytes, names: set[str]) -> tuple[list[str], list[list[Any]], list[str]]:
    """Return header, rows and notes of the visible sheet that names most columns of the model.

    Args:
        content: The workbook.
        names: Names of the columns of the model, folded.

    Raises:
        ColumnsError: openpyxl is not installed, or no sheet names a column of the model.
    """
    try:
        import openpyxl
    except ImportError:
        raise ColumnsError(
            "Excel workbooks are read with the package openpyxl, which is not installed: run"
            " `python -m pip install openpyxl`, or save the sheet as CSV."
        ) from None
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheets = {s.title: _cells(s) for s in book.worksheets if s.sheet_state == "visible"}
    none = (0, 0, "")
    best = max(((*_header(rows, names), title) for title, rows in sheets.items()), default=none)
    if not best[0]:
        wanted = ", ".join(sorted(names)[:30])
        raise ColumnsError(f"No sheet names a column of the model. Provide any of: {wanted}.")
    _, place, title = best
    numbers, rows = [n for n, _ in sheets[title]], [cells for _, cells in sheets[title]]
    header = [cell_text(v) if v is not None else "" for v in rows[-place]]
    first, width = 1 - place, len(header)
    texts = [[cell_text(v) if v is not None else "" for v in cells] for cells in rows[first:]]
    end = first + closing_start(texts, width, padded=True)
    closing = [(numbers[i], texts[i - first][0]) for i in range(end, len(rows))]
    filled = [other for other in sheets if sheets[other] and other != title]
    notes = [f"Read sheet {title!r}; not read: {', '.join(filled[:30])}."] if filled else []
    return header, [cells[:width] for cells in rows[first:end]], [*notes, *closing_notes(closing)]


def _header(rows: list[tuple[int, list[Any]]], names: set[str]) -> tuple[int, int]:
    """Return how many columns of the model a row names at most, and the first such row, negated."""
    found = [len({fold_name(str(v)) for v in cells} & names) for _, cells in rows[:50]]
    most = max(found, default=0)
    return most, -found.index(most) if found else 0


def _cells(sheet: Any) -> list[tuple[int, list[Any]]]:
    """Return number and cells of the rows with values, all as wide as the widest one."""
    sheet.reset_dimensions()  # they may be wrong
    rows = [(i, [_value(cell) for cell in row]) for i, row in enumerate(sheet.iter_rows(), 1)]
    filled = [(i, row) for i, row in rows if any(value is not None for value in row)]
    width = max((j + 1 for _, row in filled for j, v in enumerate(row) if v is not None), default=0)
    return [(i, [*row, *[None] * width][:width]) for i, row in filled]


def _value(cell: Any) -> Any:
    """Return a value: errors and blanks are missing, midnights days, codes with zeros text."""
    value = cell.value
    if cell.data_type == "e" or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return value
