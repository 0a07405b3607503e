"""PW504: categories with several spellings."""

from collections import defaultdict
from collections.abc import Iterator

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.value_corrections import normalise_spelling
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.patch_text import setting_text

MAX_CATEGORIES = 2_000
MAX_SHOWN = 3


def check(case: Case) -> Iterator[Hit]:
    """Alert on categories that differ only in case, whitespace or a trailing dot."""
    columns = [c for c in case.table.columns if c.info.type in {"categorical", "ordinal"}]
    texts = [c for c in columns if c.info.storage == "text" and c.distinct <= MAX_CATEGORIES]
    if not texts and not case.schema.target.labels:
        raise NotApplicableError("there are no categorical text columns")
    yield from _merged_target(case)
    for column in texts:
        groups = _variants(column)
        if not groups:
            continue
        rows = sum(int(column.counts[code]) for group in groups for code in group[1:])
        shown = " = ".join(case.display_value(column, code) for code in groups[0][:MAX_SHOWN])
        patch = {"columns": {column.name: {"merge_spellings": True}}}
        yield Hit(
            "alerted",
            f"{counted(len(groups), 'category', 'have several spellings')}"
            f"{', for example' if len(groups) > 1 else ':'} {shown}; "
            f"{counted(rows, 'row', 'use')} a less frequent one.",
            [column.name],
            {"categories": len(groups), "rows": rows},
            f"If they mean the same, set {setting_text(patch)}.",
            patch,
        )


def _merged_target(case: Case) -> Iterator[Hit]:
    """Report the spellings of the target's classes that the settings merge."""
    target = case.schema.target
    if target.name is None or not target.labels or target.name not in case.table.names:
        return
    stored = case.table.uncorrected(target.name)
    if stored.info.storage != "text":
        return
    rows = {label: int(n) for label, n in zip(stored.labels, stored.counts, strict=True)}
    merged = {text: rows[text] for text in target.labels if text in rows}
    shown = ", ".join(f"'{t[:60]}' as '{target.labels[t][:60]}'" for t in list(merged)[:MAX_SHOWN])
    yield Hit(
        "fixed",
        f"{counted(len(merged), 'spelling')} of the target's classes "
        f"{'is' if len(merged) == 1 else 'are'} merged into the most frequent one "
        f"({counted(sum(merged.values()), 'row')}): {shown}.",
        [target.name],
        {"spellings": len(merged), "rows": sum(merged.values())},
        "Remove merge_spellings if they do not mean the same.",
    )


def _variants(column: Column) -> list[list[int]]:
    """Return the codes of each category with several spellings, the most frequent first."""
    spellings: dict[str, list[int]] = defaultdict(list)
    for code, label in enumerate(column.labels):
        spellings[normalise_spelling(label)].append(code)
    several = [codes for plain, codes in spellings.items() if plain and len(codes) > 1]
    return [sorted(codes, key=lambda code: -int(column.counts[code])) for codes in several]


GUARDRAIL = Guardrail("PW504", "Category spellings are consistent", "columns", check)
