# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Decide the type of every text column on the whole column.

A sample proposes a parser, the whole column confirms it in one scan, and what does not fit widens
the type. Only values that no type explains, and that are rare, send their row to quarantine.
"""

import re
from collections import Counter
from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.date_ambiguity import settle_dates
from pipeweave_dagster.core.ingest.types.format_guesses import (
    is_null_token,
    propose,
    sample_decides_comma,
    wider,
)
from pipeweave_dagster.core.ingest.types.type_decisions import (
    COLUMNS_A_QUERY,
    Decision,
    misfits_of,
    trimmed,
)
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

_SAMPLE_ROWS = 5000
_SAMPLE_VALUES = 1000
_SAMPLE_CELLS = 500_000
_MAX_NULL_TOKENS = 3
_QUARANTINE_SHARE = 0.002


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
        misfits = misfits_of(raw, {i: (todo[i], p) for i, p in pending.items()}, space)
        for i, parser in pending.items():
            result = _judge(parser, misfits[i], samples[i], raw.rows)
            if isinstance(result, Decision):
                decisions[i] = result
            else:
                proposals[i] = result
    for i in proposals:
        decisions.setdefault(i, Decision(TEXT))
    settled = {i: d for i, d in decisions.items() if i not in said}
    decisions |= settle_dates(raw, todo, settled, space)
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
    samples = {}
    places = list(todo)
    for start in range(0, len(places), COLUMNS_A_QUERY):
        part = places[start : start + COLUMNS_A_QUERY]
        columns = ", ".join(f"left({todo[i]}, 200)" for i in part)
        rows = space.rows(
            f"SELECT {columns} FROM {raw.table} WHERE rowid < {count // 4} OR rowid % {step} = 0"
        )
        for i, values in zip(part, zip(*rows, strict=True), strict=True):
            counts = Counter(v for v in values if v is not None)
            samples[i] = Counter(dict(counts.most_common(_SAMPLE_VALUES)))
    return samples


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
    broader = wider(parser, others, sample)
    if broader is not None:
        return broader
    few = sum(others.values()) <= max(_QUARANTINE_SHARE * rows, int(rows >= 200))
    if few and not any(map(_means_something, others)):
        return Decision(parser, null_tokens=tokens, misfits=others)
    return TEXT


def _means_something(text: str) -> bool:
    """Codes with leading zeros and bounds such as `<=5`: the column is no column of numbers."""
    return text.lstrip("+-").isdigit() or re.fullmatch(r"[<>≤≥~]=?\s*\d.*", text) is not None
