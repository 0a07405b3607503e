"""Lines below the names of columns that describe them: units, types, questions of a survey.

Data loggers write units (and aggregates) below the names, database tools types, and Qualtrics the
questions and an identifier as JSON. They are neither names nor rows.
"""

import re
from collections.abc import Iterable

from pipeweave_dagster.core.ingest.text.column_model import cell_kind
from pipeweave_dagster.core.ingest.text.field_formats import are_formats, are_types
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.header_rows import has_only_names
from pipeweave_dagster.core.ingest.text.survey_questions import are_questions
from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.model.value_kinds import TYPED

_BASE = (
    "m|g|s|sec|min|h|hr|hour|hours|d|day|days|yr|year|years|month|A|K|mol|cd|Hz|N|Pa|J|W|Wh|V|VA|F|"
    "T|H|L|l|t|bar|ha|eV|B|bit|[Dd]eg ?[CF]|[Dd]eg|degrees|[°º] ?[CF]?|[CF]|Celsius|ppm|ppb|rpm|"
    "dBm?|USD|EUR|GBP|CHF|UTC|GMT|mph|kn|knots|kts|ft|in|mi|lb|lbs|psi|cfs|cal|ohm|Ω|pH|NTU|PSU|%|‰|1|#"
)
_UNIT = rf"(?:[kMGTcdhmuµμn]?(?:{_BASE}))(?:\^?-?[1-4]|[²³])?"
_UNITS = re.compile(rf"{_UNIT}(?:\s?[/*·. ]\s?{_UNIT}){{0,3}}|TS|RN|none|dimensionless|count")
_BRACKETED = re.compile(r"\[[^\[\]]{0,20}\]|\([^()]{0,20}\)")
_AGGREGATE = re.compile(
    "avg|smp|min|max|std|tot|sum|mean|med|wvc|tmx|tmn|hst|rfh|cov|mom|etxs|rso|sample",
    re.IGNORECASE,
)
_LOGGER = re.compile(r"TO[AB](?:\d|CI\d)")
"""What the title of a file of a Campbell logger begins with: `TOA5`, `TOACI1`, `TOB1`."""
_IMPORT_ID = re.compile(r'\{"ImportId":.*\}', re.DOTALL)
_HIGHEST, _TYPED_SHARE, _MOST, _LEAST_ROWS = 200, 0.6, 2, 2


def annotated_header(lines: list[Line]) -> tuple[int, int] | None:
    """Return the place of names that have annotations below, and the number of these lines.

    Above the names stand only lines that cannot be rows, as they have another width or are a text
    of as many words as there are columns, or the title of a logger, of any number of fields.

    Args:
        lines: The first lines of the file.
    """
    for index, line in enumerate(lines[:_HIGHEST]):
        if index == 0 and line.cells and is_logger_title(line.cells[0]):
            continue
        if line.is_complete and not line.other_delimiter and line.filled >= min(2, line.width):
            count = annotations_below(lines, index)
            return (index, count) if count and has_only_names(line) else None
    return None


def is_logger_title(first: str) -> bool:
    """Return whether a line with a first cell is the title that Campbell loggers write.

    Example:
        >>> is_logger_title("TOA5"), is_logger_title("TOTAL")
        (True, False)
    """
    return _LOGGER.fullmatch(first.strip()) is not None


def annotations_below(lines: list[Line], names: int) -> int:
    """Return the number of lines below the names that describe the columns.

    Args:
        lines: The first lines of the file.
        names: The place of the names.
    """
    below = lines[names + 1 :]
    if len(below) <= _LEAST_ROWS or not below[0].is_complete:
        return 0
    identified = [_all_match(_IMPORT_ID, line) for line in below[:2]]
    if any(identified):
        return 1 + identified[1]
    aggregated = len(below) > 1 + _LEAST_ROWS and _all_match(_AGGREGATE, below[1])
    if aggregated and (_are_units(below[0], below[1:]) or _describes(below[0], below[2:])):
        return 2
    kinds = [_kind(line, below[i + 1 :]) for i, line in enumerate(below[:_MOST])]
    if kinds[0] is not None:
        return 1 + (kinds[1] not in {None, kinds[0]})
    return int(are_questions(lines[names], below[0], below[1:]))


def _kind(line: Line, rows: list[Line]) -> str | None:
    """Return whether a line has the units or the formats of the columns; None for another line."""
    if len(rows) < _LEAST_ROWS or not line.is_complete:
        return None
    cells = [cell for cell in line.cells if cell]
    types = len(cells) >= min(2, line.width) and are_types(cells)
    if types and not any(row.filled and are_types(filter(None, row.cells)) for row in rows):
        return "formats"
    if are_formats(line.cells, [row.cells for row in rows]):
        return "formats"
    return "units" if _are_units(line, rows) else None


def _all_match(form: re.Pattern[str], line: Line) -> bool:
    cells = [cell for cell in line.cells if cell]
    return len(cells) >= min(2, line.width) and all(map(form.fullmatch, cells))


def _are_units(line: Line, rows: list[Line]) -> bool:
    """Return whether all cells of a line may be units, some in columns of numbers and times."""
    cells = {i: cell for i, cell in enumerate(line.cells) if cell and not is_null_token(cell)}
    if not cells or not are_units(cells.values()):
        return False
    if any(cell_kind(cell) in TYPED - {"bool"} for cell in cells.values()):
        return False
    if any(row.cells[i] == cell for row in rows for i, cell in cells.items()):
        return False  # `(X)` and `#` are values of their columns
    typed = sum(_is_typed(i, rows) for i in cells)
    return typed > 0 and 2 * typed >= len(cells)


def are_units(cells: Iterable[str]) -> bool:
    """Return whether each of some cells may be a unit: `m/s`, `[kg]`."""
    return all(_UNITS.fullmatch(cell) or _BRACKETED.fullmatch(cell) for cell in cells)


def _describes(line: Line, rows: list[Line]) -> bool:
    """Return whether no cell of a line above aggregates is typed, as units of any name are."""
    places = [i for i, cell in enumerate(line.cells) if cell]
    untyped = all(cell_kind(line.cells[i]) not in TYPED - {"bool"} for i in places)
    return untyped and any(_is_typed(i, rows) for i in places)


def _is_typed(column: int, rows: list[Line]) -> bool:
    kinds = [cell_kind(row.cells[column]) for row in rows if row.is_complete]
    known = [kind for kind in kinds if kind != "empty"]
    typed = sum(kind in TYPED - {"bool"} for kind in known)
    return bool(known) and typed > _TYPED_SHARE * len(known)
