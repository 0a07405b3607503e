# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Decide the type of every text column on the whole column.

A sample proposes a parser, the whole column confirms it in one scan, and what does not fit widens
the type. Only values that no type explains, and that are rare, send their row to quarantine.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeweave_dagster.core.ingest.date_parsers import (
    COMPACT_DATE,
    DATES,
    DATETIMES,
    TIMES,
    swapped,
    union,
)
from pipeweave_dagster.core.ingest.raw_table import RawTable
from pipeweave_dagster.core.ingest.value_parsers import (
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
from pipeweave_dagster.core.ingest.workspace import Workspace

_SAMPLE_ROWS = 5000
_SAMPLE_VALUES = 1000
_SAMPLE_CELLS = 500_000
_MAX_NULL_TOKENS = 3
_QUARANTINE_SHARE = 0.002
_COLUMNS_A_QUERY = 60
_MISFITS_SHOWN = 1000


@dataclass(frozen=True)
class Decision:
    """How one column is stored.

    Attributes:
        parser: The form of its values.
        null_tokens: Texts that are stored as missing, with their counts.
        misfits: Texts that fit nothing; their rows go to quarantine.
        note: What a person should know about the decision.
    """

    parser: Parser
    null_tokens: dict[str, int] = field(default_factory=dict)
    misfits: dict[str, int] = field(default_factory=dict)
    note: str | None = None


def trimmed(column: str) -> str:
    """SQL: the text of a column without blanks around, null when nothing is left."""
    return f"nullif(trim({column}, ' \t\r\n\u00a0'), '')"


def decide(
    raw: RawTable, space: Workspace, said: dict[int, Parser] | None = None
) -> dict[int, Decision]:
    """A decision for each text column, by column index.

    Args:
        raw: The table as text.
        space: Where to work.
        said: Parsers that a person asked for; a column that they do not fit stays text.
    """
    said = said or {}
    todo = {i: trimmed(f"c{i}") for i, native in enumerate(raw.natives) if native == "VARCHAR"}
    samples = _samples(raw, todo, space)
    decimal = sample_decides_comma(samples.values(), raw.dialect.delimiter == ";")
    proposals = {i: said.get(i) or propose(s, decimal, _name(raw, i)) for i, s in samples.items()}
    decisions: dict[int, Decision] = {}
    for _ in range(4):
        pending = {i: p for i, p in proposals.items() if i not in decisions}
        misfits = _misfits(raw, {i: (todo[i], p) for i, p in pending.items()}, space)
        for i, parser in pending.items():
            result = _judge(parser, misfits[i], samples[i], raw.rows)
            if isinstance(result, Decision):
                decisions[i] = result
            else:
                proposals[i] = result
    for i in proposals:
        decisions.setdefault(i, Decision(TEXT))
    settled = {i: d for i, d in decisions.items() if i not in said}
    decisions |= _settle_dates(raw, todo, settled, space)
    return {i: _heard(d, said.get(i)) for i, d in decisions.items()}


def _heard(decision: Decision, said: Parser | None) -> Decision:
    if said is None or decision.parser is said:
        return decision
    note = f"pipeweave.yaml asks for {said.format or said.type}, which not every value fits."
    return replace(decision, note=note)


def _name(raw: RawTable, index: int) -> str:
    return raw.names[index] if index < len(raw.names) else ""


def _samples(raw: RawTable, todo: dict[int, str], space: Workspace) -> dict[int, Counter[str]]:
    """Per column the commonest values of the first rows and of rows from all over the table."""
    if not todo:
        return {}
    count = max(200, min(_SAMPLE_ROWS, _SAMPLE_CELLS // len(todo)))
    step = max(1, raw.rows // count)
    columns = ", ".join(f"left({value}, 200)" for value in todo.values())
    rows = space.rows(
        f"SELECT {columns} FROM {raw.table} WHERE rowid < {count // 4} OR rowid % {step} = 0"
    )
    samples = {}
    for i, values in zip(todo, zip(*rows, strict=True), strict=True):
        counts = Counter(v for v in values if v is not None)
        samples[i] = Counter(dict(counts.most_common(_SAMPLE_VALUES)))
    return samples


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


def _misfits(
    raw: RawTable, todo: dict[int, tuple[str, Parser]], space: Workspace
) -> dict[int, dict[str, int]]:
    """For each column the values outside its proposed form, with counts, over the whole table."""
    found: dict[int, dict[str, int]] = {i: {} for i in todo}
    items = [(i, v, p) for i, (v, p) in todo.items() if p is not TEXT]
    for start in range(0, len(items), _COLUMNS_A_QUERY):
        part = items[start : start + _COLUMNS_A_QUERY]
        counts = ", ".join(
            f"count(*) FILTER ({v} IS NOT NULL AND NOT {p.fits_sql(v)})" for _, v, p in part
        )
        row = space.one(f"SELECT {counts} FROM {raw.table}")
        for (i, v, p), count in zip(part, row, strict=True):
            if count:
                found[i] = _listed(raw, v, p, space)
    return found


def _listed(raw: RawTable, value: str, parser: Parser, space: Workspace) -> dict[str, int]:
    rows = space.rows(
        f"SELECT {value}, count(*) FROM {raw.table} WHERE {value} IS NOT NULL"
        f" AND NOT {parser.fits_sql(value)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MISFITS_SHOWN}"
    )
    return {str(v): int(n) for v, n in rows}


def _judge(
    parser: Parser, misfits: dict[str, int], sample: Counter[str], rows: int
) -> Decision | Parser:
    """A decision, or the wider parser to try next."""
    if parser is TEXT or not misfits:
        return Decision(parser)
    tokens = {v: n for v, n in misfits.items() if is_null_token(v)}
    others = {v: n for v, n in misfits.items() if v not in tokens}
    if len(tokens) > _MAX_NULL_TOKENS:
        return TEXT
    if not others:
        return Decision(parser, null_tokens=tokens)
    wider = _wider(parser, others, sample)
    if wider is not None:
        return wider
    few = sum(others.values()) <= max(_QUARANTINE_SHARE * rows, int(rows >= 200))
    if few and not any(map(_means_something, others)):
        return Decision(parser, null_tokens=tokens, misfits=others)
    return TEXT


def _means_something(text: str) -> bool:
    """Codes with leading zeros and bounds such as `<=5`: the column is no column of numbers."""
    return text.lstrip("+-").isdigit() or re.fullmatch(r"[<>≤≥~]=?\s*\d.*", text) is not None


def _wider(parser: Parser, misfits: dict[str, int], sample: Counter[str]) -> Parser | None:
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
    wider = list(PLAIN_NUMBERS)
    wider = wider[wider.index(parser) + 1 :] if parser in wider else []
    for other in (*wider, *affixed(seen)):
        if other is not parser and _share(seen, other) > max(here, 0.98):
            return other
    return None


def _settle_dates(
    raw: RawTable, todo: dict[int, str], decisions: dict[int, Decision], space: Workspace
) -> dict[int, Decision]:
    """Where day and month can be exchanged: take what another column proves, else leave text."""
    open_: dict[int, Parser] = {}
    proven: set[str] = set()
    for i, decision in decisions.items():
        other = swapped(decision.parser)
        if other is None:
            continue
        if _misfits(raw, {i: (todo[i], other)}, space)[i]:
            proven.add((decision.parser.format or "")[:2])
        else:
            open_[i] = other
    for i, other in open_.items():
        decisions[i] = _settled(raw, todo[i], decisions[i], other, proven, space)
    return decisions


def _settled(
    raw: RawTable,
    value: str,
    decision: Decision,
    other: Parser,
    proven: set[str],
    space: Workspace,
) -> Decision:
    here = decision.parser
    if len(proven) == 1:
        chosen = here if (here.format or "")[:2] in proven else other
        return replace(
            decision,
            parser=chosen,
            note=f"Day and month could be exchanged; {chosen.format} as in another column.",
        )
    rising = [p for p in (here, other) if _is_rising(raw, value, p, space)]
    if len(rising) == 1:
        return replace(
            decision,
            parser=rising[0],
            note=f"Day and month could be exchanged; as {rising[0].format} the rows are in order.",
        )
    return Decision(
        TEXT,
        note=f"Ambiguous date: {here.format} and {other.format} both fit every value, so it stays "
        f"as text. Which one is it? Say so in pipeweave.yaml: columns: "
        f"{{NAME: {{type: '{here.type}:{here.format}'}}}}.",
    )


def _is_rising(raw: RawTable, value: str, parser: Parser, space: Workspace) -> bool:
    row = space.one(
        f"SELECT count(*) FILTER (d < before), count(DISTINCT d) FROM (SELECT d, lag(d) OVER"
        f" (ORDER BY r) AS before FROM (SELECT rowid AS r, {parser.cast_sql(value)} AS d"
        f" FROM {raw.table}))"
    )
    return bool(row[0] == 0 and row[1] > 2)
