"""The typed values of texts that the settings list as missing, such as -200 or 01.01.1900."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.types.batch_forms import batch_forms, form_of
from pipeweave_dagster.core.ingest.types.value_parsers import INTEGER, LONG_NUMBER
from pipeweave_dagster.core.model.value_forms import read_text

_SQL_TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "time": "TIME"}


def listed_value(text: str, column: SnapshotColumn) -> Any:
    """Return the value of a listed text in the type of a column; None if it has none.

    Numbers may be written plainly whatever the format of the column. A date that may be read in two
    ways has a value only where the format of the column decides.

    Example:
        >>> when = SnapshotColumn(name="d", original_name="d", type="date", missing=0)
        >>> listed_value("31.01.1900", when), listed_value("01/02/1900", when)
        (datetime.date(1900, 1, 31), None)
    """
    if column.type in {"integer", "number"} and LONG_NUMBER.matches(text):
        return int(text) if INTEGER.matches(text) else float(text)
    known = batch_forms(column)
    forms = [form_of(parser) for parser in known.forms]
    for some in (forms[: known.primary], forms[known.primary :]):
        values = {value for form in some if (value := read_text(form, text)) is not None}
        if values:
            return values.pop() if len(values) == 1 else None
    return None


def listed_values_sql(texts: Iterable[str], column: SnapshotColumn) -> list[str]:
    """Return the SQL of the values of listed texts, without those that have none."""
    values = {listed_value(text, column) for text in texts} - {None}
    return sorted(_sql_of(value, column.type) for value in values)


def _sql_of(value: Any, type_: str) -> str:
    if type_ in _SQL_TYPES:
        return f"{_SQL_TYPES[type_]} {literal(str(value))}"
    return "true" if value is True else "false" if value is False else repr(value)


def listed_texts(texts: Iterable[str], column: SnapshotColumn) -> list[str]:
    """Return listed texts with those that a model compares: how stored values are shown.

    Example:
        >>> level = SnapshotColumn(name="v", original_name="v", type="number", missing=0)
        >>> listed_texts(["-200.0", "n.d."], level)
        ['-200.0', 'n.d.', '-200']
    """
    given = [*texts]
    shown = [text for t in given for text in _shown(listed_value(t, column))]
    return list(dict.fromkeys([*given, *shown]))


def _shown(value: Any) -> list[str]:
    """Return the texts of a stored value; a date may be stored as its midnight."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]
    midnight = isinstance(value, date) and not isinstance(value, datetime)
    return [str(value), f"{value} 00:00:00"] if midnight else [str(value)]
