# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""How the values of a column are spelled in the file, where a type has replaced their text.

A column of `True` and `False` is stored as booleans, `$5` as the number 5. If it is the target, its
classes are predicted as the file spells them, so that users find their own labels again.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_values, grouped
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

_MAX_VALUES = 200
_MAX_UNREPEATED = 20
_MAX_TEXTS = 1000
_MAX_VARIANTS = 5
_MAX_ENTRIES = 20_000
_PLAIN = re.compile(
    r"true|false|-?(0|[1-9]\d*)|-?\d+\.\d*[1-9]|\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?|\d\d:\d\d:\d\d"
)


def may_be_labels(parser: Parser, sample: Mapping[str, int]) -> bool:
    """Return whether a typed column may be a target of classes that the file spells its own way.

    Args:
        parser: The format of its values.
        sample: Its texts, with their counts.
    """
    few = len(sample) <= max(_MAX_UNREPEATED, min(_MAX_VALUES, sum(sample.values()) // 4))
    return parser is not TEXT and few and not all(map(_PLAIN.fullmatch, sample))


def count_texts(
    decisions: Mapping[int, TypeDecision],
    samples: Mapping[int, Counter[str]],
    table: str | None,
    values: Mapping[int, str],
    space: Workspace,
) -> dict[int, TypeDecision]:
    """Return the decisions of columns that may be labels, with the counts of their texts.

    Args:
        decisions: Type of each column.
        samples: Texts of each column with their counts.
        table: Name of the raw table; None if the samples are of all rows.
        values: SQL of each column's text, over `v`, by column index.
        space: DuckDB workspace.
    """
    chosen = [i for i, d in decisions.items() if may_be_labels(d.parser, samples.get(i, {}))]
    texts: dict[int, dict[str, int]] = {i: dict(samples[i]) for i in chosen}
    if table is not None:
        for text, columns in grouped({i: values[i] for i in chosen}).items():
            texts |= counted_values(space, table, columns, text, "true", _MAX_TEXTS)
    return {i: replace(decisions[i], texts=texts[i]) for i in chosen}


def texts_of_values(
    decision: TypeDecision, sample: Mapping[str, int], query: str, space: Workspace
) -> dict[str, int] | None:
    """Return the texts of typed values with the values' counts; None unless each has one text.

    Args:
        decision: How the column is stored.
        sample: Texts of some rows, with their counts.
        query: SQL that selects the typed values as `v`.
        space: DuckDB workspace.
    """
    texts: dict[str, list[str]] = {}
    typed = _typed(decision.parser, decision.prepare, sorted(sample), space)
    for text, label in typed.items():
        texts.setdefault(label, []).append(text)
    rows = space.query(
        f"SELECT v, count(*) FROM ({query}) WHERE v IS NOT NULL GROUP BY 1 LIMIT {_MAX_TEXTS}"
    )
    counts = {label_of(value): int(n) for value, n in rows}
    if any(len(texts.get(label, ())) != 1 for label in counts):
        return None
    return {texts[label][0]: n for label, n in counts.items()}


def spellings_of(
    decisions: Mapping[int, TypeDecision], space: Workspace, notes: list[str]
) -> dict[int, dict[str, dict[str, int]]]:
    """Return, per column, the texts of each value with their counts, the most frequent first.

    Values are named as labels are elsewhere (see `label_of`). Values whose only text is that name
    are left out. So are the columns with the most values where a document cannot bear them all,
    with a note.
    """
    texts = _bounded({i: d.texts for i, d in decisions.items() if d.texts}, notes)
    forms = {i: (decisions[i].parser, decisions[i].prepare) for i in texts}
    by_form: dict[tuple[Parser, str], set[str]] = {}
    for i, counts in texts.items():
        by_form.setdefault(forms[i], set()).update(counts)
    typed = {form: _typed(*form, sorted(distinct), space) for form, distinct in by_form.items()}
    found = {i: _by_value(counts, typed[forms[i]]) for i, counts in texts.items()}
    return {i: own for i, own in found.items() if own}


def _bounded(texts: dict[int, dict[str, int]], notes: list[str]) -> dict[int, dict[str, int]]:
    """Return the columns with the fewest texts, as many as a document bears."""
    kept: dict[int, dict[str, int]] = {}
    entries = 0
    for i in sorted(texts, key=lambda i: (len(texts[i]), i)):
        entries += len(texts[i])
        if entries > _MAX_ENTRIES:
            notes.append(
                f"The spellings of {counted(len(texts) - len(kept), 'column')} with many values "
                "are not kept: as a target, 3.0 would be predicted as 3."
            )
            break
        kept[i] = texts[i]
    return kept


def _typed(parser: Parser, prepare: str, texts: list[str], space: Workspace) -> dict[str, str]:
    """Return the label of each text that the parser accepts."""
    values = ", ".join(f"({literal(text)})" for text in texts)
    rows = space.query(
        f"SELECT v, CASE WHEN {parser.match_sql('p')} THEN {parser.cast_sql('p')} END FROM"
        f" (SELECT v, {prepare.replace('{v}', 'v')} AS p FROM (VALUES {values}) AS texts(v))"
    )
    return {str(text): label_of(value) for text, value in rows if value is not None}


def _by_value(texts: Mapping[str, int], labels: Mapping[str, str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for text, count in sorted(texts.items(), key=lambda item: (-item[1], item[0])):
        if text in labels:
            variants = found.setdefault(labels[text], {})
            if len(variants) < _MAX_VARIANTS:
                variants[text] = count
    return {label: own for label, own in found.items() if list(own) != [label]}


def label_of(value: Any) -> str:
    """Return a typed value as the text that names it as a class: 3.0 is `3`, True is `true`.

    Example:
        >>> label_of(3.0), label_of(True), label_of(0.1), label_of(10**17 + 1)
        ('3', 'true', '0.1', '100000000000000001')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        number = float(value)
        whole = math.isfinite(number) and number.is_integer()
        return str(int(value)) if whole else repr(number)
    return str(value)
