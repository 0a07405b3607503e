"""Find the parser of a stored column again, to read new rows in the format of the training data."""

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.types.affixed_numbers import affixed_number_parser
from pipeweave_dagster.core.ingest.types.bounded_numbers import BOUNDED_NUMBERS
from pipeweave_dagster.core.ingest.types.date_parsers import (
    DATES,
    DATETIMES,
    TIMES,
    parser_of_format,
)
from pipeweave_dagster.core.ingest.types.flagged_numbers import FLAGGED_NUMBERS
from pipeweave_dagster.core.ingest.types.percent_scale import SHARES, with_shares
from pipeweave_dagster.core.ingest.types.value_parsers import (
    BOOLEAN,
    INTEGER,
    PADDED,
    PLAIN_NUMBERS,
    ROUNDED_NUMBER,
    TEXT,
    THOUSANDS_BLANK,
    Parser,
)

_PLAIN = {
    parser.format: parser for parser in (*PLAIN_NUMBERS, *PADDED, THOUSANDS_BLANK) if parser.format
}
_DEFAULTS = {"date": DATES[0], "datetime": DATETIMES[1], "time": TIMES[1]}


def parser_of_column(column: SnapshotColumn) -> Parser:
    """Return the parser given by a stored column's type, format and unit."""
    if column.type == "text":
        return TEXT
    if column.type == "boolean":
        return BOOLEAN
    format_ = column.format or ""
    if column.type in {"integer", "number"}:
        marked = (*FLAGGED_NUMBERS, *BOUNDED_NUMBERS)
        flagged = next((p for p in marked if p.format == format_), None)
        if flagged is not None:
            return flagged
        if format_.startswith("number with "):
            parser = affixed_number_parser(
                column.unit, "k/M/B" in format_, "decimal ','" in format_
            )
            return with_shares(parser) if format_.endswith(SHARES) else parser
        return _PLAIN.get(format_, INTEGER if column.type == "integer" else ROUNDED_NUMBER)
    return parser_of_format(format_) or _DEFAULTS[column.type]
