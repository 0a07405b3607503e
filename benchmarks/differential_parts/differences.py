"""List how two readings of one file differ: header, number of rows and columns, values."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from differential_parts.readings import Cell, Reading
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.model.null_tokens import is_null_token

_SUFFIX = re.compile(r"(\.\d+|_\d+|_duplicated_\d+)$")
_NUMBER_OR_MISSING = re.compile(r"[\d.,eE+-]*|-?nan|inf", re.IGNORECASE)
_INVENTED = re.compile(r"Unnamed: \d+|column_?\d+|index|level_\d+|")


@dataclass(frozen=True)
class Difference:
    """A difference of one kind in one file, with an example (PipeWeave's value first)."""

    kind: str
    example: str
    count: int = 1


def differences(ours: Reading, other: Reading) -> Iterator[Difference]:
    """Yield the differences; values are compared only if the shapes are equal."""
    if (ours.header is None) != (other.header is None):
        names = ours.header or other.header or []
        yield Difference(f"header: {_taken_as(ours, names)}", str(names[:8]))
    if len(ours.columns) != len(other.columns):
        seen = "no delimiter seen" if len(other.columns) == 1 else "other width"
        yield Difference(f"columns: {seen}", f"{len(ours.columns)} and {len(other.columns)}")
        return
    if ours.header is not None and other.header is not None:
        pairs = zip(ours.header, other.header, strict=True)
        differing = [(a, b) for a, b in pairs if not _same_name(a, b)]
        if differing:
            yield Difference("header: names", str(differing[0]), len(differing))
    filled = without_empty_rows(other)
    if ours.rows == filled.rows < other.rows:
        skipped = other.rows - filled.rows
        yield Difference("rows: empty ones are skipped", f"{ours.rows} and {other.rows}", skipped)
        other = filled
    elif ours.rows != other.rows:
        yield Difference("rows", f"{ours.rows} and {other.rows}")
        return
    yield from _value_differences(ours, other)


def _taken_as(ours: Reading, names: list[str]) -> str:
    if ours.header is not None:
        return "first line is the header"
    cells = [_SUFFIX.sub("", name).strip() for text in names for name in text.split()]
    numbers = all(_NUMBER_OR_MISSING.fullmatch(cell) for cell in cells)
    return "a line of numbers is data" if numbers and names[0].strip() else "first line is data"


def without_empty_rows(reading: Reading) -> Reading:
    """Return a reading without the rows in which every cell is missing."""
    rows = [row for row in zip(*reading.columns, strict=True) if any(c is not None for c in row)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Reading(reading.header, columns or [[] for _ in reading.columns], reading.formats)


def _same_name(ours: str, other: str) -> bool:
    ours, other = " ".join(ours.split()), " ".join(other.split())
    if ours == other or (not ours and _INVENTED.fullmatch(other)):
        return True
    return _SUFFIX.sub("", other) == ours


def _value_differences(ours: Reading, other: Reading) -> Iterator[Difference]:
    found: dict[str, tuple[str, int]] = {}
    names, _ = unique_names(ours.header or [""] * len(ours.columns))
    for name, format_, left, right in zip(
        names, ours.formats, ours.columns, other.columns, strict=True
    ):
        for row, (a, b) in enumerate(zip(left, right, strict=True)):
            if a == b:
                continue
            kind = value_difference(a, b, format_)
            if kind is not None:
                example, count = found.get(kind, (f"{name}, row {row + 1}: {a!r}, {b!r}", 0))
                found[kind] = (example, count + 1)
    for kind, (example, count) in found.items():
        yield Difference(kind, example, count)


def value_difference(ours: Cell, other: Cell, format_: str | None) -> str | None:  # noqa: PLR0911
    """Return the kind of difference of two cells; None if they are equal as values.

    Example:
        >>> value_difference("5", 5, None), value_difference(None, "NA", None)
        (None, 'value: null token is missing')
    """
    if ours is None:
        token = isinstance(other, str) and is_null_token(other)
        return f"value: {'null token' if token else _class(other)} is missing"
    if other is None:
        token = isinstance(ours, str) and is_null_token(ours)
        return f"value: missing is {'null token' if token else _class(ours)}"
    if ours == other or str(ours).casefold() == str(other).casefold():
        return None
    if isinstance(ours, str) and isinstance(other, str):
        return "value: text"
    if isinstance(ours, str):
        same = _number(ours) is not None and _number(ours) == other
        return None if same else f"value: {_class(other)} is text"
    if isinstance(other, str):
        same = _as_class_of(ours, other, format_) == ours
        return None if same else f"value: text is {_class(ours)}"
    if _class(ours) != _class(other):
        return f"value: {_class(other)} is {_class(ours)}"
    return f"value: {_class(ours)}"


def _class(value: Cell) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    return "time" if isinstance(value, dt.datetime | dt.time) else "number"


def _number(text: str) -> float | None:
    try:
        return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
    except ValueError:
        return None


def _as_class_of(ours: Cell, text: str, format_: str | None) -> Cell:
    """Read another reader's text as PipeWeave reads it: by the format of the column."""
    if isinstance(ours, bool):
        return {"true": True, "false": False}.get(text.casefold())
    if isinstance(ours, dt.datetime | dt.time):
        try:
            read = dt.datetime.strptime(text, (format_ or "").split(",")[0])  # noqa: DTZ007
        except ValueError:
            return None
        return read.time() if isinstance(ours, dt.time) else read
    if format_ and "decimal ','" in format_:
        return _number(text.replace(".", "").replace(",", "."))
    return _number(re.sub(r"[^0-9.eE+-]", "", text.replace(",", "")))
