# ruff: noqa: SLF001 - openpyxl streams cells, or knows merged cells, in public, but not both
"""Read the cells of a worksheet that have values, whatever size the worksheet claims to have."""

from collections import Counter
from typing import Any, BinaryIO

from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from pipeweave_dagster.core.ingest.formats.sheet import MergedRange, Sheet
from pipeweave_dagster.core.ingest.formats.sheet_texts import padded_styles

_MAX_ROWS = 1_048_576


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Yields the cells of a worksheet; counts the formulas that no program has computed yet."""

    uncomputed: Counter[int]

    def parse_cell(self, element: Any) -> Any:
        cell = super().parse_cell(element)
        formula = element.find(FORMULA_TAG) is not None
        if formula and cell["value"] is None and element.get("t") != "str":
            self.uncomputed[cell["column"]] += 1
        return cell

    def parse_extensions(self, element: Any) -> None:
        """Ignore extensions, such as sparklines."""

    parse_formatting = parse_extensions


def read_sheet(title: str, source: BinaryIO, book: Any, strings: Any) -> Sheet:
    """Read a worksheet from its XML.

    Args:
        title: Name of the sheet.
        source: The XML.
        book: The workbook of openpyxl, for its date formats and the first day of its calendar.
        strings: The shared texts of the workbook.

    Raises:
        ValueError: If a row has a number that no worksheet has.
    """
    parser = _Parser(
        source,
        strings,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )
    parser.uncomputed = Counter()
    sheet = Sheet(title)
    padded = padded_styles(book)
    for number, cells in parser.parse():
        if number > _MAX_ROWS:
            raise ValueError(f"row {number:,} of the sheet {title!r} is beyond the last one")
        found = {c["column"]: v for c in cells if (v := _value(c, sheet, padded)) is not None}
        if found:
            sheet.rows.setdefault(number, {}).update(found)
    sheet.uncomputed = parser.uncomputed
    _add_structure(sheet, parser)
    return sheet


def _value(cell: dict[str, Any], sheet: Sheet, padded: dict[int, int]) -> Any:
    value = cell["value"]
    if isinstance(value, int) and cell["style_id"] in padded and not isinstance(value, bool):
        return str(value).zfill(padded[cell["style_id"]])
    if cell["data_type"] == "e":
        if value is not None:
            sheet.errors[str(value)[:20]] += 1
        return None
    if isinstance(value, str):
        value = unescape(value) if "_x" in value else value
        return value if value.strip() else None
    return value


def _add_structure(sheet: Sheet, parser: _Parser) -> None:
    for merged in parser.merged_cells.mergeCell if parser.merged_cells else []:
        sheet.merged.append(
            MergedRange(merged.min_row, merged.max_row, merged.min_col, merged.max_col)
        )
    for row, attributes in parser.row_dimensions.items():
        if attributes.get("hidden") in {"1", "true"} and int(row) in sheet.rows:
            sheet.hidden_rows.add(int(row))
    used = {column for cells in sheet.rows.values() for column in cells}
    for attributes in parser.column_dimensions.values():
        if attributes.get("hidden") in {"1", "true"}:
            first, last = int(attributes["min"]), int(attributes["max"])
            sheet.hidden_columns |= {c for c in used if first <= c <= last}
