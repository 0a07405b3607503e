"""PW504: categories with several spellings."""

from collections import defaultdict
from collections.abc import Iterator

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.value_corrections import normalise_spelling
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_CATEGORIES = 2_000
MAX_SHOWN = 3


def check(case: Case) -> Iterator[Hit]:
    """Alert on categories that differ only in case, whitespace or a trailing dot."""
    columns = [c for c in case.table.columns if c.info.type in {"categorical", "ordinal"}]
    texts = [c for c in columns if c.info.storage == "text" and c.distinct <= MAX_CATEGORIES]
    if not texts:
        raise NotApplicableError("there are no categorical text columns")
    for column in texts:
        groups = _variants(column)
        if not groups:
            continue
        rows = sum(int(column.counts[code]) for group in groups for code in group[1:])
        shown = " = ".join(case.display_value(column, code) for code in groups[0][:MAX_SHOWN])
        yield Hit(
            "alerted",
            f"{len(groups)} categories have several spellings, for example {shown}; "
            f"{rows:,} rows use a less frequent one.",
            [column.name],
            {"categories": len(groups), "rows": rows},
            "If they mean the same, set columns: {NAME: {merge_spellings: true}}."
            if column.info.role != "target"
            else "Use one spelling in the source.",
            {"columns": {column.name: {"merge_spellings": True}}}
            if column.info.role != "target"
            else {},
        )


def _variants(column: Column) -> list[list[int]]:
    """Return the codes of each category with several spellings, the most frequent first."""
    spellings: dict[str, list[int]] = defaultdict(list)
    for code, label in enumerate(column.labels):
        spellings[normalise_spelling(label)].append(code)
    several = [codes for plain, codes in spellings.items() if plain and len(codes) > 1]
    return [sorted(codes, key=lambda code: -int(column.counts[code])) for codes in several]


GUARDRAIL = Guardrail("PW504", "Category spellings are consistent", "columns", check)
