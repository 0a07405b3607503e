"""PW104: rows without a target value."""

from collections.abc import Iterator

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.patch_text import setting_text


def check(case: Case) -> Iterator[Hit]:
    """Report rows that are not used for training because they have no target value."""
    target = case.target
    missing = target.column.missing
    if missing:
        texts = _texts_for_missing(case)
        of_which = ", ".join(f"{text[:20]!r} ({n:,})" for text, n in list(texts.items())[:5])
        placeholders = f" These include {of_which}, read as missing." if texts else ""
        share = missing / case.table.rows
        yield Hit(
            "alerted" if share >= 0.01 else "fixed",
            f"No target value in {counted(missing, 'row')} ({share:.1%}), not used for training."
            f"{placeholders}",
            [target.name],
            {"missing": missing, "share": round(share, 6)}
            | ({"texts": dict(list(texts.items())[:20])} if texts else {}),
            "Check that the target is not missing for reasons related to its value."
            + (
                " If one of the texts is a class, list only what is missing: set "
                f"{setting_text({'columns': {target.name: {'missing': ['TEXT']}}})}."
                if texts
                else ""
            ),
        )


def _texts_for_missing(case: Case) -> dict[str, int]:
    """Return the texts of the target that stand for no value, with their rows."""
    texts = set(case.schema.target.missing)
    if not texts:
        return {}
    stored = case.table.uncorrected(case.target.name)
    found = zip(stored.labels, stored.counts.tolist(), strict=True)
    return {label: int(n) for label, n in sorted(found, key=lambda x: -x[1]) if label in texts}


GUARDRAIL = Guardrail("PW104", "Target has no missing values", "target", check)
