"""Infer a parser from a sample of values, and a wider one where values do not match."""

from collections import Counter
from collections.abc import Iterable

from pipeweave_dagster.core.ingest.types.affixed_numbers import affixed_number_parsers
from pipeweave_dagster.core.ingest.types.bounded_numbers import bounded_number_parsers
from pipeweave_dagster.core.ingest.types.compact_dates import COMPACT, compact_date
from pipeweave_dagster.core.ingest.types.date_parsers import (
    DATETIMES,
    parser_of_format,
    possible_dates,
)
from pipeweave_dagster.core.ingest.types.flagged_numbers import flagged_number_parsers
from pipeweave_dagster.core.ingest.types.grouped_numbers import proves_point
from pipeweave_dagster.core.ingest.types.mixed_dates import (
    matching_share,
    mixed_dates,
    same_date_format,
)
from pipeweave_dagster.core.ingest.types.number_codes import are_codes, are_phone_numbers
from pipeweave_dagster.core.ingest.types.sentinel_words import sentinel_word
from pipeweave_dagster.core.ingest.types.strptime_parsers import MIDNIGHT
from pipeweave_dagster.core.ingest.types.united_dates import union_parser
from pipeweave_dagster.core.ingest.types.value_parsers import (
    BOOLEAN,
    DECIMAL_COMMA,
    FORTRAN,
    GAPPED,
    INTEGER,
    LONG_NUMBER,
    NUMBER,
    PADDED,
    PLAIN_NUMBERS,
    TEXT,
    THOUSANDS_COMMA,
    THOUSANDS_INDIAN,
    Parser,
)
from pipeweave_dagster.core.model.null_tokens import is_null_among_values
from pipeweave_dagster.core.model.void_dates import is_void_date

_MIN_SHARE = 0.98


def is_decimal_comma(
    samples: Iterable[Counter[str]], given: str | None, delimiter: str | None
) -> bool:
    """Return whether commas in numbers are decimal marks, as given or as the values show.

    Args:
        samples: Values of each column with counts.
        given: The decimal mark that the user sets, if any.
        delimiter: The delimiter of the file.
    """
    return given == "," if given else infer_decimal_comma(samples, delimiter == ";")


def infer_decimal_comma(samples: Iterable[Counter[str]], semicolons: bool) -> bool:
    """Return whether commas in numbers are decimal marks; one unambiguous column decides for all.

    Args:
        samples: Values of each column with counts.
        semicolons: Whether the delimiter is a semicolon, as it is where commas are decimal marks.
    """
    plain = comma = 0
    for sample in samples:
        plain += proves_point(sample) and matching_share(sample, NUMBER) > 0.95
        values = [v for v in sample if "," in v and DECIMAL_COMMA.matches(v)]
        comma += any(not THOUSANDS_COMMA.matches(v) or v.startswith("0,") for v in values)
    return comma > 0 and (plain == 0 or semicolons)


def infer_parser(sample: Counter[str], decimal_comma: bool = False, name: str = "") -> Parser:
    """Infer the parser of a column; `TEXT` if no parser matches nearly all values.

    Args:
        sample: Values with counts, the most frequent first.
        decimal_comma: Whether commas in numbers are decimal marks.
        name: Name of the column, a hint for dates such as 20240131.

    Example:
        >>> infer_parser(Counter(["1.5", "2", "n/a"])).type
        'number'
    """
    values = Counter({v: n for v, n in sample.items() if not is_null_among_values(v)})
    if not values:
        return TEXT
    parser = _infer(values, decimal_comma, name)
    if parser is TEXT and any(map(is_void_date, list(values)[:20])):
        dates = Counter({v: n for v, n in values.items() if not is_void_date(v)})
        parser = _infer(dates, decimal_comma, name) if dates else TEXT
        return parser if parser.type in {"date", "datetime"} else TEXT
    return parser


def _number_parsers(decimal_comma: bool) -> list[Parser]:
    """Return the parsers of plain numbers in the order of preference."""
    grouped = (
        (DECIMAL_COMMA, THOUSANDS_COMMA) if decimal_comma else (THOUSANDS_COMMA, DECIMAL_COMMA)
    )
    return [INTEGER, NUMBER, LONG_NUMBER, *grouped, *GAPPED, THOUSANDS_INDIAN, FORTRAN]


def _marked_parsers(values: list[str]) -> list[Parser]:
    """Return the parsers of numbers with units, flags or signs of bounds beside some of them."""
    flagged = flagged_number_parsers(values)
    return [*affixed_number_parsers(values), *flagged, *bounded_number_parsers(values)]


def infer_number(sample: Counter[str], decimal_comma: bool = False) -> Parser:
    """Return the parser of numbers that matches most values; `TEXT` if none matches any.

    Args:
        sample: Values with counts.
        decimal_comma: Whether commas in numbers are decimal marks.
    """
    marked = [*affixed_number_parsers(sample), *flagged_number_parsers(sample)]
    parsers = [*_number_parsers(decimal_comma), *marked, *PADDED]
    best = max(parsers, key=lambda parser: matching_share(sample, parser))
    return best if matching_share(sample, best) else TEXT


def _infer(values: Counter[str], decimal_comma: bool, name: str) -> Parser:
    """Infer the parser of values without null tokens."""
    texts = list(values)
    compact = compact_date(texts, name)
    if compact is not None:
        return compact
    numbers = _number_parsers(decimal_comma)
    for parser in (BOOLEAN, *numbers):
        if all(map(parser.matches, texts)):
            coded = parser in {INTEGER, NUMBER} and are_codes(values, name)
            return TEXT if coded or are_phone_numbers(values) else parser
    dates = possible_dates(texts[:20])
    marked = _marked_parsers(texts)
    candidates = [BOOLEAN, *numbers, *dates, *marked]
    for parser in candidates[1 + len(numbers) :]:
        if all(map(parser.matches, texts)):
            return parser
    # Only a parser that matches one of the most frequent values can match nearly all.
    shares = [(matching_share(values, p), p) for p in candidates if any(map(p.matches, texts[:5]))]
    if not shares:
        return TEXT
    mixed = mixed_dates(values, dates)
    if mixed:
        return mixed
    best, parser = max(shares, key=lambda s: s[0])
    typed = best >= _MIN_SHARE or sentinel_word(values, parser) is not None
    return parser if typed else TEXT


def widen(parser: Parser, mismatches: dict[str, int], sample: Counter[str]) -> Parser | None:
    """Return the first other parser that also matches (nearly all of) the mismatches, if any."""
    values = Counter(sample)
    values.update(mismatches)
    if are_codes([v for v in values if not is_null_among_values(v)]):
        return None
    if parser.type == "date" and " or " not in (parser.format or ""):
        for other in DATETIMES:
            if same_date_format(parser, other) and all(
                other.matches(v) or parser.matches(v) for v in values
            ):
                return union_parser(parser, other)
    ends = parser_of_format(f"{parser.format}{MIDNIGHT}") if parser.type == "datetime" else None
    if ends is not None and all(map(ends.matches, mismatches)):
        return ends
    share = matching_share(values, parser)
    numbers = list(PLAIN_NUMBERS)
    wider = numbers[numbers.index(parser) + 1 :] if parser in numbers else []
    if parser in COMPACT:  # the sample looked like dates, the whole column is numbers
        wider = numbers
    known = [v for v in values if not is_null_among_values(v)]
    flagged = [*flagged_number_parsers(known), *bounded_number_parsers(known)]
    for other in (*wider, *affixed_number_parsers(values), *flagged):
        if other is not parser and matching_share(values, other) > max(share, _MIN_SHARE):
            return other
    return None
