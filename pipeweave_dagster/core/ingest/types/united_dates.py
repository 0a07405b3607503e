"""Parsers for columns of dates and times in two forms."""

from pipeweave_dagster.core.ingest.types.strptime_parsers import ZONED
from pipeweave_dagster.core.ingest.types.value_parsers import Parser


def union_parser(first: Parser, second: Parser) -> Parser:
    """Return a parser for a column that mixes dates and timestamps (or two timestamp formats)."""
    value = ("coalesce", ("datetime", first.value), ("datetime", second.value))
    zones = [ZONED in (parser.format or "") for parser in (first, second)]
    note = None
    if zones[0] != zones[1] and "datetime" in (first.type, second.type):
        note = (
            "Doubtful: some times have a zone and some have none; those without are taken as UTC."
        )
    return Parser(
        "datetime",
        f"(?:{first.pattern}|{second.pattern})",
        value,
        f"{first.format} or {second.format}",
        cast_can_fail=True,
        note=note,
    )


def two_dates_parser(first: Parser, second: Parser) -> Parser:
    """Return a parser for a column with dates in two forms that no value shares."""
    return Parser(
        "date",
        f"(?:{first.pattern}|{second.pattern})",
        ("coalesce", first.value, second.value),
        f"{first.format} and {second.format}",
        cast_can_fail=True,
        note=f"Dates in two forms: {first.format} and {second.format}.",
    )
