"""PW303: a word that stands for `missing` among categories or texts."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.ingest.types.format_guesses import is_null_token
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_VALUES = 20_000
MANY = 3
AMBIGUOUS = frozenset({"none", "nd"})
"""Rather a category (no alley at all; North Dakota) than a missing value."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on words such as `?` or `n/a`, which a model would take for a category of its own.

    Many such columns come from one habit of the source: that is one question, hence one finding.
    """
    columns = [
        c
        for c in case.table.columns
        if c.info.storage == "text" and c.info.role == "feature" and not c.info.pii
    ]
    if not columns:
        raise NotApplicableError("there are no texts")
    found = [(column, places) for column in columns if (places := null_words(column))]
    if len(found) > MANY:
        yield _hit(found, f"{len(found)} columns have rows that say")
        return
    for column, places in found:
        rows = int(sum(column.counts[place] for place in places))
        yield _hit([(column, places)], f"{rows:,} rows say")


def _hit(found: list[tuple[Column, list[int]]], begin: str) -> Hit:
    words = {column.name: [column.labels[p] for p in places] for column, places in found}
    shown = sorted({word for told in words.values() for word in told})[:3]
    rows = {c.name: int(sum(c.counts[p] for p in places)) for c, places in found}
    return Hit(
        "alerted",
        f"{begin} {', '.join(repr(word[:20]) for word in shown)}, which probably stands for a "
        "missing value.",
        list(words),
        {"rows": rows},
        "If so, say so: `columns: {NAME: {missing: [WORD]}}`.",
        {"columns": {name: {"missing": told} for name, told in words.items()}},
    )


def null_words(column: Column) -> list[int]:
    """Places of the values that are words for `missing`; none if the column has nothing else."""
    if column.numbers is not None or not 1 < column.distinct <= MAX_VALUES:
        return []
    places = [place for place, label in enumerate(column.labels) if _stands_for_missing(label)]
    return places if len(places) < column.distinct else []


def _stands_for_missing(word: str) -> bool:
    return is_null_token(word) and word.casefold() not in AMBIGUOUS


GUARDRAIL = Guardrail("PW303", "No word stands for missing", "missing", check)
