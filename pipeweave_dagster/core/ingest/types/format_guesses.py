"""Which form a sample of values suggests, and which wider one takes what did not fit."""

from collections import Counter
from collections.abc import Iterable

from pipeweave_dagster.core.ingest.types.date_parsers import (
    COMPACT_DATE,
    DATES,
    DATETIMES,
    TIMES,
    union,
)
from pipeweave_dagster.core.ingest.types.value_parsers import (
    BOOLEAN,
    DECIMAL_COMMA,
    INTEGER,
    NULL_TOKENS,
    NUMBER,
    PLAIN_NUMBERS,
    TEXT,
    THOUSANDS_BLANK,
    THOUSANDS_COMMA,
    Parser,
    affixed,
)


def is_null_token(text: str) -> bool:
    """Whether a text is one of the usual signs for a missing value."""
    return text.casefold() in NULL_TOKENS


def sample_decides_comma(samples: Iterable[Counter[str]], semicolons: bool) -> bool:
    """Whether commas in numbers are decimal: one sure column decides for all."""
    plain = comma = 0
    for sample in samples:
        plain += any("." in v for v in sample) and _share(sample, NUMBER) > 0.95
        values = [v for v in sample if "," in v and DECIMAL_COMMA.looks_like(v)]
        comma += any(not THOUSANDS_COMMA.looks_like(v) or v.startswith("0,") for v in values)
    return comma > 0 and (plain == 0 or semicolons)


def _share(sample: Counter[str], parser: Parser) -> float:
    total = sum(n for v, n in sample.items() if not is_null_token(v))
    fits = sum(n for v, n in sample.items() if not is_null_token(v) and parser.looks_like(v))
    return fits / total if total else 0.0


def propose(sample: Counter[str], decimal_comma: bool = False, name: str = "") -> Parser:
    """The parser that a sample of values suggests; text when nothing covers nearly all of it."""
    real = [v for v in sample if not is_null_token(v)]
    if not real:
        return TEXT
    grouped = (
        (DECIMAL_COMMA, THOUSANDS_COMMA) if decimal_comma else (THOUSANDS_COMMA, DECIMAL_COMMA)
    )
    dates = [*DATES, *DATETIMES, *TIMES]
    if "date" in name.lower() or "dt" in name.lower().split("_"):
        dates.insert(0, COMPACT_DATE)
        if _share(sample, COMPACT_DATE) == 1.0:
            return COMPACT_DATE
    candidates = [BOOLEAN, INTEGER, NUMBER, *grouped, THOUSANDS_BLANK, *dates, *affixed(real)]
    for parser in candidates:
        if all(map(parser.looks_like, real)):
            return parser
    # Only forms that take one of the commonest values can take nearly all.
    usual = real[:5]
    shares = [(_share(sample, p), p) for p in candidates if any(map(p.looks_like, usual))]
    if not shares:
        return TEXT
    mixed = _mixed_dates(sample, dates)
    if mixed:
        return mixed
    best, parser = max(shares, key=lambda s: s[0])
    return parser if best >= 0.98 else TEXT


def _mixed_dates(sample: Counter[str], dates: list[Parser]) -> Parser | None:
    """Two forms of the same order (a date, and the same with a time) that cover all together."""
    found = ((_share(sample, p), p) for p in dates if any(map(p.looks_like, list(sample)[:20])))
    some = sorted(found, key=lambda t: -t[0])[:3]
    for share, first in some[:2]:
        for other, second in some[1:]:
            if (
                first is not second
                and 0 < other < 1
                and share + other >= 1.0
                and _kin(first, second)
            ):
                return union(first, second)
    return None


def _kin(first: Parser, second: Parser) -> bool:
    a, b = first.format or "", second.format or ""
    return a.split(" ")[0].split("T")[0] == b.split(" ")[0].split("T")[0]


def wider(parser: Parser, misfits: dict[str, int], sample: Counter[str]) -> Parser | None:
    """The first other parser that takes the sample and most of the misfits as well."""
    seen = Counter(sample)
    seen.update(misfits)
    if parser.type == "date" and " or " not in (parser.format or ""):
        for other in DATETIMES:
            if _kin(parser, other) and all(
                other.looks_like(v) or parser.looks_like(v) for v in seen
            ):
                return union(parser, other)
    here = _share(seen, parser)
    plain = list(PLAIN_NUMBERS)
    plain = plain[plain.index(parser) + 1 :] if parser in plain else []
    for other in (*plain, *affixed(seen)):
        if other is not parser and _share(seen, other) > max(here, 0.98):
            return other
    return None
