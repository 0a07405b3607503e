"""Find the parser of a stored column again, to read new rows in the format of the training data."""

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.types.affixed_numbers import affixed_number_parser
from pipeweave_dagster.core.ingest.types.date_parsers import (
    DATES,
    DATETIMES,
    parser_of_format,
    union_parser,
)
from pipeweave_dagster.core.ingest.types.value_parsers import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    PLAIN_NUMBERS,
    TEXT,
    Parser,
)


def parser_of_column(column: SnapshotColumn) -> Parser:
    """Return the parser given by a stored column's type, format and unit."""
    if column.type == "text":
        return TEXT
    if column.type == "boolean":
        return BOOLEAN
    format_ = column.format or ""
    if column.type in {"integer", "number"}:
        if format_.startswith("number with "):
            return affixed_number_parser(column.unit, "k/M/B" in format_, "decimal ','" in format_)
        plain = {p.format or p.type: p for p in PLAIN_NUMBERS}
        return plain.get(format_ or column.type, INTEGER if column.type == "integer" else NUMBER)
    default = DATES[0] if column.type == "date" else DATETIMES[1]
    if " or " in format_:
        first, second = (parser_of_format(f) or default for f in format_.split(" or ", 1))
        return union_parser(first, second)
    return parser_of_format(column.format) or default
