"""Choose two forms of dates that together match the values of a column."""

import re
from collections import Counter

from pipeweave_dagster.core.ingest.types.united_dates import two_dates_parser, union_parser
from pipeweave_dagster.core.ingest.types.value_parsers import Parser
from pipeweave_dagster.core.model.null_tokens import is_null_among_values


def matching_share(sample: Counter[str], parser: Parser) -> float:
    """Return the share of values, without null tokens, that a parser matches."""
    total = sum(n for v, n in sample.items() if not is_null_among_values(v))
    matching = sum(
        n for v, n in sample.items() if not is_null_among_values(v) and parser.matches(v)
    )
    return matching / total if total else 0.0


def mixed_dates(sample: Counter[str], dates: list[Parser]) -> Parser | None:
    """Return the union of two formats with the same date part that together match all values."""
    first_values = list(sample)[:20]
    shares = ((matching_share(sample, p), p) for p in dates if any(map(p.matches, first_values)))
    best = sorted(shares, key=lambda t: -t[0])[:3]
    for share, first in best[:2]:
        for other_share, second in best[1:]:
            if (
                first is not second
                and 0 < other_share < 1
                and share + other_share >= 1.0
                and (same_date_format(first, second) or _are_apart(first, second))
                and all(first.matches(v) or second.matches(v) for v in sample)
            ):
                apart = _are_apart(first, second)
                return two_dates_parser(first, second) if apart else union_parser(first, second)
    return None


def _are_apart(first: Parser, second: Parser) -> bool:
    """Return whether two forms of dates share no value, and neither is read in two orders.

    A column with slashes beside ISO dates is left alone: a spreadsheet that took the month first
    has swapped some of its dates and left the others as text.
    """
    return {first.format, second.format} == {"%Y-%m-%d", "%d.%m.%Y"}


def same_date_format(first: Parser, second: Parser) -> bool:
    """Return whether two formats have the same date part."""
    a, b = first.format or "", second.format or ""
    return re.split("[ T,]", a)[0] == re.split("[ T,]", b)[0]
