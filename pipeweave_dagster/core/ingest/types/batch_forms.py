"""The forms in which the values of a column to score may be written: one list for every reader.

`core.ingest.aligned_batch` reads them as SQL. `reading_of` describes them as plain data, which
travels with exported and registered models, where `core.model.read_frame` evaluates them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeweave_dagster.core.documents import (
    ReadSetting,
    SnapshotColumn,
    StorageType,
    TrainedModel,
)
from pipeweave_dagster.core.ingest.types.affixed_numbers import affixed_number_parser
from pipeweave_dagster.core.ingest.types.centuries import (
    has_two_digit_years,
    split_window,
    with_window,
)
from pipeweave_dagster.core.ingest.types.compact_dates import COMPACT
from pipeweave_dagster.core.ingest.types.date_parsers import DATES, DATETIMES, TIMES
from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V
from pipeweave_dagster.core.ingest.types.percent_scale import SHARES, with_shares
from pipeweave_dagster.core.ingest.types.plain_characters import PLAIN_CHARACTERS
from pipeweave_dagster.core.ingest.types.stored_parser import parser_of_column
from pipeweave_dagster.core.ingest.types.value_parsers import (
    DECIMAL_COMMA,
    PADDED,
    ROUNDED_NUMBER,
    THOUSANDS_BLANK,
    THOUSANDS_COMMA,
    THOUSANDS_INDIAN,
    WHOLE_NUMBER,
    Parser,
)

_TRUE, _FALSE = "true|t|yes|y|on|1|1[.]0+", "false|f|no|n|off|0|0[.]0+"
BOOLEAN_WORDS = Parser(
    "boolean", f"(?i:{_TRUE}|{_FALSE})", ("matches", V, f"(?i:{_TRUE})"), "true or false"
)
_TEXT_VALUE: Expression = ("normal_text", V)
_DAY_FIRST, _MONTH_FIRST = re.compile("%d[/.-]?%m"), re.compile("%m[/.-]?%d")


@dataclass(frozen=True)
class BatchForms:
    """The forms of a column.

    Attributes:
        forms: That of the training data first; all forms of its type follow.
        primary: How many of them are read without a choice.
    """

    forms: tuple[Parser, ...]
    primary: int


def batch_forms(column: SnapshotColumn) -> BatchForms:
    """Return the forms of a column of training data; a text column has none."""
    if column.type == "text":
        return BatchForms((), 0)
    if column.type == "boolean":
        return BatchForms((BOOLEAN_WORDS,), 1)
    trained = parser_of_column(column)
    if column.type == "integer":
        padded = [trained] if trained in PADDED else []
        return _combined([WHOLE_NUMBER, *padded], [])
    if column.type == "number":
        same = convention_of(trained) != "decimal comma"
        primary = [trained, ROUNDED_NUMBER] if same else [trained]
        return _combined(primary, _numbers(column))
    if column.type == "time":
        return _combined([trained], TIMES)
    iso = [DATES[0], *DATETIMES[:2]]
    years = split_window(column.format or "")[1]
    dates = [_in_century(p, years) for p in (*DATES, *DATETIMES, *COMPACT)]
    return _combined([_of_type(p, column.type) for p in (trained, *iso)],
                     [_of_type(p, column.type) for p in dates])  # fmt: skip


def _combined(primary: list[Parser], others: Sequence[Parser]) -> BatchForms:
    first = list(dict.fromkeys(primary))
    return BatchForms(tuple(dict.fromkeys([*first, *others])), len(first))


def _numbers(column: SnapshotColumn) -> list[Parser]:
    """Return all forms of numbers in the unit of the column, or without a unit."""
    plain = [ROUNDED_NUMBER, THOUSANDS_COMMA, DECIMAL_COMMA, THOUSANDS_BLANK, THOUSANDS_INDIAN]
    shares = (column.format or "").endswith(SHARES)
    units = [None] if column.unit is None else [column.unit]
    affixed = [
        affixed_number_parser(unit, scaled, decimal)
        for unit in units
        for scaled in (False, True)
        for decimal in (False, True)
    ]
    return [with_shares(p) for p in affixed] if shares else [*plain, *affixed]


def _in_century(parser: Parser, first: int | None) -> Parser:
    """Return the parser with the training data's window of two-digit years."""
    return (
        parser if first is None or not has_two_digit_years(parser) else with_window(parser, first)
    )


def _of_type(parser: Parser, type_: StorageType) -> Parser:
    """Return a parser of dates whose values have the type of the column."""
    if parser.type == type_:
        return parser
    return replace(parser, type=type_, value=(type_, parser.value))


def convention_of(parser: Parser) -> str:
    """Return which of two ways of writing a form presumes; empty if values show it themselves.

    Example:
        >>> convention_of(DATES[3]), convention_of(DECIMAL_COMMA)
        ('day first', 'decimal comma')
    """
    format_ = parser.format or ""
    if parser.type == "number":
        if format_ == THOUSANDS_BLANK.format:
            return ""
        return "decimal comma" if "decimal ','" in format_ else "decimal point"
    if _DAY_FIRST.match(format_):
        return "day first"
    return "month first" if _MONTH_FIRST.match(format_) else ""


def form_of(parser: Parser) -> dict[str, Any]:
    """Return a parser as plain data; see `core.model.value_forms`."""
    return {
        "pattern": parser.pattern,
        "value": parser.value,
        "name": parser.format or f"plain {parser.type}",
        "convention": convention_of(parser),
    }


def reading_of(trained: TrainedModel) -> dict[str, Any]:
    """Return how rows to score with a model are read, as plain data that can be written as JSON.

    Returns:
        `forms` (each form once), `columns` (each with the numbers of its forms), `plain` and `text`
        (expressions of a text in plain characters, and in its normal form), `table` and `target`,
        `hidden` (columns whose values notes do not quote), and `delimiter` and `encoding` if the
        user set them for text files.
    """
    numbers: dict[Parser, int] = {}
    described = []
    for column in trained.columns:
        wider = [column.model_copy(update={"type": "number", "format": None, "unit": None})]
        variants = [column, *(wider if column.type == "integer" else [])]
        found = [batch_forms(variant) for variant in variants]
        described.append(
            {"name": column.name, "original_name": column.original_name, "type": column.type}
            | {"forms": [numbers.setdefault(p, len(numbers)) for p in found[0].forms]}
            | {"primary": found[0].primary}
            | _as_number(found[1:], numbers)
            | _hashing(column)
        )
    return {
        "forms": [form_of(parser) for parser in numbers],
        "columns": described,
        "plain": PLAIN_CHARACTERS,
        "text": _TEXT_VALUE,
        "table": trained.table,
        "target": trained.target,
        "hidden": trained.hidden,
        **_file_settings(trained.read),
    }


def _hashing(column: SnapshotColumn) -> dict[str, Any]:
    """Return the key of a hashed column, and the texts that have no hash; nothing for others."""
    if column.privacy != "hash":
        return {}
    return {"hash_key": column.hash_key, "missing": column.missing_values}


def _file_settings(read: ReadSetting | None) -> dict[str, str]:
    """Return the delimiter, as pandas writes it, and the encoding, if they are set."""
    if read is None:
        return {}
    delimiter = {"tab": "\t", "blanks": r"\s+", "none": None}.get(
        read.delimiter or "none", read.delimiter
    )
    settings = {"delimiter": delimiter, "encoding": read.encoding}
    return {name: value for name, value in settings.items() if value}


def _as_number(wider: list[BatchForms], numbers: dict[Parser, int]) -> dict[str, Any]:
    """Return how an integer column is read as numbers if it has fractions."""
    if not wider:
        return {}
    forms = [numbers.setdefault(p, len(numbers)) for p in wider[0].forms]
    return {"number": {"forms": forms, "primary": wider[0].primary}}
