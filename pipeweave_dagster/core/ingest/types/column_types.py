"""Parse the column types of `pipeweave.yaml`, such as `categorical` or `date:%d/%m/%Y`."""

import json
import re
from dataclasses import dataclass
from typing import get_args

from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.types.date_parsers import parser_of_format
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

_PLAIN_KEY = re.compile(
    r"(?!(?:yes|no|on|off|true|false|null|y|n)$)[^\W\d][\w -]*\w|[^\W\dynYN]", re.IGNORECASE
)
NUMERIC_TYPES = frozenset({"integer", "number", "numeric"})
_SEMANTIC: dict[str, SemanticType] = {
    **{name: name for name in get_args(SemanticType)},
    "integer": "numeric",
    "number": "numeric",
    "date": "datetime",
    "time": "datetime",
}


@dataclass(frozen=True)
class ColumnType:
    """The type that the settings give a column.

    Attributes:
        semantic: What its values mean.
        parser: How its values are read; None if the setting leaves that to type inference.
    """

    semantic: SemanticType
    parser: Parser | None = None


def affects_reading(setting: str | None) -> bool:
    """Return whether a column type fixes the parser of its values, not only what they mean."""
    return setting is not None and (setting == "text" or ":" in setting)


def parse_column_type(setting: str, column: str) -> ColumnType:
    """Parse the type that the settings give a column.

    Args:
        setting: A semantic or storage type, or `date`, `datetime` or `time` with a format.
        column: Name of the column, for the error.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for an unknown type or an unsupported format.

    Example:
        >>> parse_column_type("date:%d/%m/%Y", "signup").semantic
        'datetime'
    """
    name, colon, format_ = setting.partition(":")
    parser = parser_of_format(format_) if colon else TEXT if name == "text" else None
    if name not in _SEMANTIC or (colon and (parser is None or parser.type != name)):
        raise validation_error(
            f"Unknown type {setting!r} for column {column!r}.",
            fix=f"Choose one of: {', '.join(sorted(_SEMANTIC))}; or a date with its format, such "
            "as date:%d/%m/%Y, datetime:%Y%m%d%H, time:%H:%M, or datetime:%s (seconds since "
            "1970).",
        )
    return ColumnType(_SEMANTIC[name], parser)


def column_type_setting(parser: Parser) -> str:
    """Return the setting that selects a date parser; the inverse of `parse_column_type`."""
    return f"{parser.type}:{parser.format}"


def quoted(name: str) -> str:
    """Return a column name as a key of `pipeweave.yaml`, quoted where YAML needs it.

    Example:
        >>> quoted("signup"), quoted("due: date")
        ('signup', '"due: date"')
    """
    return name if _PLAIN_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)
