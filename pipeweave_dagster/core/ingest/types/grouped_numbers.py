# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Decide what the mark in numbers with three digits behind it is: `59.295` is 59.295 or 59295.

A column is in question if each of its numbers has exactly three digits behind the mark, or is a
whole number. What decides, in this order: the settings; other columns, whose decimal mark is
certain; and whether whole numbers stand beside numbers with the mark, all below 1000: decimals of a
fixed length would have the mark, too. Else the column keeps its reading, and the doubt is reported.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.affixed_numbers import affixed_number_parser
from pipeweave_dagster.core.ingest.types.stacked_columns import grouped_batches, stacked
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision
from pipeweave_dagster.core.ingest.types.value_parsers import (
    DECIMAL_COMMA,
    LONG_NUMBER,
    NUMBER,
    THOUSANDS_COMMA,
    Parser,
)

_MIN_MARKED, _MIN_DISTINCT = 5, 3
_CORE = "[0-9][0-9.,' ]*"
_IN_QUESTION = {
    mark: f"(?:0|[1-9][0-9]{{0,14}}|[1-9][0-9]{{0,2}}[{mark}][0-9]{{3}})" for mark in (".", ",")
}
_FRACTION = re.compile(r"[^.]*\.[0-9]+[^.,]*")
_POINTS_GROUP = re.compile(r"[^0-9]*(?:0|[1-9][0-9]{0,2}(?:[.][0-9]{3})*)[^0-9.,]*")
_SETTING = "columns: {NAME: {type: integer}} for thousands, or read: {decimal: '%s'} for decimals"


@dataclass(frozen=True)
class _Forms:
    """How the numbers of a column are written.

    Attributes:
        marked: Distinct numbers with the mark.
        plain: Distinct numbers without it, but zero.
        ending_in_zero: Numbers with the mark that end in a zero.
        long: Numbers from 1000 without the mark.
    """

    marked: int
    plain: int
    ending_in_zero: int
    long: int

    @property
    def shows_thousands(self) -> bool:
        """Whether whole numbers below 1000 stand beside enough numbers with the mark."""
        enough = self.marked >= _MIN_MARKED or self.ending_in_zero > 0
        return bool(self.plain and not self.long and enough)


def proves_point(values: Mapping[str, int]) -> bool:
    """Return whether a point is a decimal mark, as only its digits show: `12.5`, `0.125`.

    Example:
        >>> proves_point({"1.250": 1, "12.5": 1}), proves_point({"1.250": 1})
        (True, False)
    """
    fractions = (v for v in values if _FRACTION.fullmatch(v))
    return any(not _POINTS_GROUP.fullmatch(v) for v in fractions)


def mark_in_question(parser: Parser, sample: Mapping[str, int]) -> str | None:
    """Return the mark of which a sample does not show whether it is one of decimals.

    Args:
        parser: The parser of the column.
        sample: Its values with counts.
    """
    mark = _mark_of(parser)
    if mark is None:
        return None
    cores = [m[0].strip() for v in sample if parser.matches(v) and (m := re.search(_CORE, v))]
    form = re.compile(_IN_QUESTION[mark])
    marked = any(mark in core for core in cores)
    return mark if marked and all(map(form.fullmatch, cores)) else None


def _mark_of(parser: Parser) -> str | None:
    format_ = parser.format or ""
    if parser is THOUSANDS_COMMA:
        return ","
    affixed = format_.startswith("number with ") and parser.unit != "%"
    plain = parser in {NUMBER, LONG_NUMBER}
    return "." if plain or (affixed and not re.search("decimal|k/M/B|shares", format_)) else None


def resolve_grouped_numbers(
    raw: RawTable,
    values: dict[int, str],
    decisions: dict[int, TypeDecision],
    samples: dict[int, Counter[str]],
    whole: frozenset[int],
    space: Workspace,
) -> dict[int, TypeDecision]:
    """Return the decisions on columns whose mark is in question: read otherwise, or in doubt.

    Args:
        raw: The table as text.
        values: SQL of each column's text as its parser sees it, over `v`, by column index.
        decisions: Types inferred so far, by column index.
        samples: Values with counts of each column.
        whole: Columns that the settings declare to be whole numbers.
        space: DuckDB workspace.
    """
    marks = {i: mark_in_question(d.parser, samples.get(i, {})) for i, d in decisions.items()}
    open_ = {i: mark for i, mark in marks.items() if mark is not None}
    if not open_:
        return {}
    proof = _proven_mark(decisions, {i: s for i, s in samples.items() if i not in open_})
    resolved = {}
    for i, forms in _count_forms(raw, values, decisions, open_, space).items():
        given = "," if i in whole else raw.dialect.decimal
        resolved[i] = _resolve(decisions[i], open_[i], given, proof, forms)
    return resolved


def _proven_mark(
    decisions: dict[int, TypeDecision], samples: dict[int, Counter[str]]
) -> str | None:
    """Return the only decimal mark that other columns prove; None if there are none or both."""
    numbers = {i: d.parser for i, d in decisions.items() if d.parser.type == "number"}
    comma = any("decimal ','" in (p.format or "") for p in numbers.values())
    point = any(
        proves_point(samples.get(i, {}))
        for i, parser in numbers.items()
        if "decimal ','" not in (parser.format or "")
    )
    return None if comma == point else "," if comma else "."


def _count_forms(
    raw: RawTable,
    values: dict[int, str],
    decisions: dict[int, TypeDecision],
    marks: dict[int, str],
    space: Workspace,
) -> dict[int, _Forms]:
    """Count how the numbers of columns are written; leave out those that show what the mark is."""
    counts: dict[int, _Forms] = {}
    keys = {i: (values[i], mark, tuple(decisions[i].null_tokens)) for i, mark in marks.items()}
    for (text, mark, tokens), batch in grouped_batches(keys):
        known = f" AND v NOT IN ({', '.join(map(literal, tokens))})" if tokens else ""
        cells = (
            f"SELECT col, trim(regexp_extract(v, {literal(_CORE)})) AS core"
            f" FROM {stacked(raw.table, batch, text)} WHERE v IS NOT NULL{known}"
        )
        marked = f"contains(core, {literal(mark)})"
        rows = space.query(
            f"SELECT col, count(DISTINCT core) FILTER ({marked}),"
            f" count(DISTINCT core) FILTER (NOT {marked} AND core <> '0'),"
            f" count(*) FILTER ({marked} AND suffix(core, '0')),"
            f" count(*) FILTER (NOT {marked} AND length(core) > 3)"
            f" FROM ({cells}) GROUP BY col"
            f" HAVING bool_and(regexp_full_match(core, {literal(_IN_QUESTION[mark])}))"
        )
        counts |= {int(col): _Forms(*map(int, forms)) for col, *forms in rows}
    return counts


def _resolve(
    decision: TypeDecision,
    mark: str,
    given: str | None,
    proof: str | None,
    forms: _Forms,
) -> TypeDecision:
    certain = given or proof
    if certain == "." or (certain == "," and mark == ","):
        return decision
    if certain == ",":
        settled = "pipeweave.yaml sets" if given == "," else "another column has decimal commas"
        note = f"The point stands between thousands, as {settled}."
        return _as_thousands(decision).with_note(note)
    doubt = _doubt(mark, forms)
    beside = mark == "." and forms.shows_thousands
    return replace(_as_thousands(decision) if beside else decision, doubt=doubt)


def _doubt(mark: str, forms: _Forms) -> str | None:
    """Return what is doubtful about a mark that nothing but its own column explains."""
    if mark == "." and forms.shows_thousands:
        return (
            "Read the point as one between thousands: exactly three digits stand behind it, and"
            f" all numbers without it are below 1000. {_remedy('.')}"
        )
    if forms.long or forms.marked < _MIN_DISTINCT or (mark == "," and forms.plain):
        return None
    thousands, decimal = "one between thousands", "a decimal mark"
    name, read, other = (
        ("point", decimal, thousands) if mark == "." else ("comma", thousands, decimal)
    )
    return (
        f"Read the {name} as {read}; as exactly three digits stand behind it everywhere, it may"
        f" be {other}. {_remedy(mark)}"
    )


def _remedy(mark: str) -> str:
    return f"What decides: {_SETTING % mark}."


def _as_thousands(decision: TypeDecision) -> TypeDecision:
    """Return the decision with the point between thousands."""
    parser = decision.parser
    affixed = (parser.format or "").startswith("number with ")
    other = affixed_number_parser(parser.unit, scaled=False, decimal=True)
    return replace(decision, parser=other if affixed else DECIMAL_COMMA)
