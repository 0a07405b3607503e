"""PW504: one category in several spellings."""

from collections import defaultdict
from collections.abc import Iterator

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.value_corrections import plain_spelling
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_VALUES = 2_000
SHOWN = 3


def check(case: Case) -> Iterator[Hit]:
    """Alert on categories that differ only in case, blanks or a final dot. Nothing is merged."""
    columns = [c for c in case.table.columns if c.info.type in {"categorical", "ordinal"}]
    texts = [c for c in columns if c.info.storage == "text" and c.distinct <= MAX_VALUES]
    if not texts:
        raise NotApplicableError("there are no categories")
    for column in texts:
        groups = _variants(column)
        if not groups:
            continue
        rows = sum(int(column.counts[code]) for group in groups for code in group[1:])
        shown = " = ".join(case.label(column, code) for code in groups[0][:SHOWN])
        yield Hit(
            "alerted",
            f"{len(groups)} categories are spelled in several ways, for example {shown}; "
            f"{rows:,} rows have a rarer spelling.",
            [column.name],
            {"categories": len(groups), "rows": rows},
            "If they mean the same, say so: `columns: {NAME: {merge_spellings: true}}`."
            if column.info.role != "target"
            else "Write them in one way in the source.",
            {"columns": {column.name: {"merge_spellings": True}}}
            if column.info.role != "target"
            else {},
        )


def _variants(column: Column) -> list[list[int]]:
    """Codes of each category with several spellings, the most frequent spelling first."""
    spellings: dict[str, list[int]] = defaultdict(list)
    for code, label in enumerate(column.labels):
        spellings[plain_spelling(label)].append(code)
    several = [codes for plain, codes in spellings.items() if plain and len(codes) > 1]
    return [sorted(codes, key=lambda code: -int(column.counts[code])) for codes in several]


GUARDRAIL = Guardrail("PW504", "Categories are spelled in one way", "columns", check)
