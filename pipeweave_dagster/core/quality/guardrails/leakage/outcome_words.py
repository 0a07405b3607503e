"""PW216: the words of a text column name the class."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.class_words import WordRule, class_words
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import DROP_OR_EXPLAIN, Guardrail, Hit, drop

MIN_VALUES = 20
"""Fewer values are compared with the classes as they are (PW204, PW215)."""
MIN_ROWS = 200
MIN_CLASS_ROWS = 20
MIN_PRESENT = 0.9
MAX_CLASSES = 50
MAX_SHOWN = 4


def check(case: Case) -> Iterator[Hit]:
    """Block texts in which a few words separate the classes with at most 0.1 % exceptions.

    The rest of the text may differ in every row: an id, a name, a remark.
    """
    target = case.class_target
    rows = int(target.counts.sum())
    if rows < MIN_ROWS or sorted(target.counts)[-2] < MIN_CLASS_ROWS:
        return
    if target.classes > MAX_CLASSES:
        return
    for column in case.candidate_predictors:
        if column.numbers is not None or column.distinct < MIN_VALUES:
            continue
        if column.present < MIN_PRESENT * column.rows:
            continue
        rule = class_words(column, target.codes, target.exceptions_allowed / rows)
        if rule is not None:
            yield _hit(column, rule, case)


def _hit(column: Column, rule: WordRule, case: Case) -> Hit:
    parts = []
    for label, words in list(rule.words.items())[:MAX_SHOWN]:
        shown = "words" if column.info.pii else ", ".join(f"'{w[:30]}'" for w in words[:MAX_SHOWN])
        parts.append(f"{shown} for class {case.display_value(case.target.column, label)}")
    return Hit(
        "fixed" if column.info.role == "identifier" else "blocked",
        f"Its words name the class: {'; '.join(parts)} (exceptions: {rule.exceptions} of "
        f"{rule.rows:,} rows).",
        [column.name],
        {"exceptions": rule.exceptions, "rows": rule.rows, "classes": len(rule.words)},
        DROP_OR_EXPLAIN,
        drop(column.name),
    )


GUARDRAIL = Guardrail("PW216", "Texts do not name the class", "leakage", check)
