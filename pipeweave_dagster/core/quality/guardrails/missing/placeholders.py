"""PW303: placeholder texts for missing values among categories or texts."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.model.null_tokens import is_placeholder
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.patch_text import setting_text

MAX_VALUES = 20_000
MAX_SEPARATE = 3
MAX_SHOWN = 3


def check(case: Case) -> Iterator[Hit]:
    """Alert on placeholders such as `?` or `n/a`, which a model would treat as a category.

    Many such columns share one convention of the source: that is one question, hence one finding.
    """
    columns = [
        c
        for c in case.table.columns
        if c.info.storage == "text" and c.info.role == "feature" and not c.info.pii
    ]
    if not columns:
        raise NotApplicableError("there are no text features")
    affected = [(column, codes) for column in columns if (codes := placeholder_codes(column))]
    if len(affected) > MAX_SEPARATE:
        yield _hit(affected, f"{len(affected)} columns contain")
        return
    for column, codes in affected:
        rows = int(sum(column.counts[code] for code in codes))
        yield _hit([(column, codes)], counted(rows, "row", "contain"))


def _hit(affected: list[tuple[Column, list[int]]], beginning: str) -> Hit:
    placeholders = {column.name: [column.labels[c] for c in codes] for column, codes in affected}
    distinct = sorted({text for texts in placeholders.values() for text in texts})
    shown = ", ".join(repr(text[:20]) for text in distinct[:MAX_SHOWN])
    rows = {column.name: int(sum(column.counts[c] for c in codes)) for column, codes in affected}
    patch = {"columns": {name: {"missing": texts} for name, texts in placeholders.items()}}
    return Hit(
        "alerted",
        f"{beginning} {shown}, probably in place of missing values.",
        list(placeholders),
        {"rows": rows},
        f"If so, set {setting_text(patch)}.",
        patch,
    )


def placeholder_codes(column: Column) -> list[int]:
    """Return the codes of placeholder texts; none if the column contains nothing else."""
    if column.numbers is not None or not 1 < column.distinct <= MAX_VALUES:
        return []
    codes = [code for code, label in enumerate(column.labels) if is_placeholder(label)]
    return codes if len(codes) < column.distinct else []


GUARDRAIL = Guardrail("PW303", "Missing values are not encoded as text", "missing", check)
