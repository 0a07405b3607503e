"""PW216: texts whose words name the class, or that state the number to predict."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_words import WordRule, class_words
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.numbers_in_text import states_number
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import DROP_OR_EXPLAIN, Guardrail, Hit, drop

MIN_VALUES = 20
"""Fewer values are compared with the target as they are (PW204, PW215)."""
MIN_ROWS = 200
MIN_CLASS_ROWS = 20
MIN_PRESENT = 0.9
MAX_CLASSES = 50
MAX_EXCEPTIONS = 0.001
MAX_SHOWN = 4


def check(case: Case) -> Iterator[Hit]:
    """Block texts in which a few words separate the classes, or that state the target's number.

    At most 0.1 % exceptions; the rest of the text may differ in every row: an id, a name, a remark.
    """
    target = case.target
    rows = int(target.counts.sum())
    few_of_a_class = target.values is None and sorted(target.counts)[-2] < MIN_CLASS_ROWS
    if rows < MIN_ROWS or few_of_a_class:
        return
    for column in case.candidate_predictors:
        is_text = column.numbers is None and column.distinct >= MIN_VALUES
        if not is_text or column.present < MIN_PRESENT * column.rows:
            continue
        if target.values is not None:
            yield from _stated(column, target.values)
        elif target.classes <= MAX_CLASSES:
            rule = class_words(column, target.codes, target.exceptions_allowed / rows)
            if rule is not None:
                yield _hit(column, _in_words(column, rule, case), rule.exceptions, rule.rows)


def _stated(column: Column, values: np.ndarray) -> Iterator[Hit]:
    found = states_number(column, values, MAX_EXCEPTIONS)
    if found is not None:
        yield _hit(column, "A number in its texts is the target", *found)


def _in_words(column: Column, rule: WordRule, case: Case) -> str:
    parts = []
    for label, words in list(rule.words.items())[:MAX_SHOWN]:
        shown = "words" if column.info.pii else ", ".join(f"'{w[:30]}'" for w in words[:MAX_SHOWN])
        parts.append(f"{shown} for class {case.display_value(case.target.column, label)}")
    return f"Its words name the class: {'; '.join(parts)}"


def _hit(column: Column, message: str, exceptions: int, rows: int) -> Hit:
    return Hit(
        "fixed" if column.info.role == "identifier" else "blocked",
        f"{message} (exceptions: {exceptions} of {rows:,} rows).",
        [column.name],
        {"exceptions": exceptions, "rows": rows},
        DROP_OR_EXPLAIN,
        drop(column.name),
    )


GUARDRAIL = Guardrail("PW216", "Texts do not state the target", "leakage", check)
