"""How the rows are divided into test rows and folds: by settings, by evidence, or by a hash."""

from collections.abc import Sequence

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    Findings,
    SchemaDeduction,
    SplitGap,
    SplitSpec,
)
from pipeweave_dagster.core.errors import validation_error

_GUARDRAILS = ("PW603", "PW604")
# Models of few rows vary with the rows that they are trained on: more folds train on more rows.
_FEW_ROWS, _FOLDS_OF_FEW = 2_000, 8


def split_gaps(findings: Findings) -> list[SplitGap]:
    """Return what the guardrails measured of splits by time and by groups, the used one first."""
    measured = [
        f.evidence for f in findings.findings if f.code in _GUARDRAILS and "gap" in f.evidence
    ]
    return sorted(map(SplitGap.model_validate, measured), key=lambda gap: not gap.used)


def choose_split(
    schema: SchemaDeduction,
    settings: DatasetSettings,
    rows: int,
    gaps: Sequence[SplitGap] = (),
) -> SplitSpec:
    """Return the split of the settings, else that of a significant gap, else one by a hash.

    Args:
        schema: The columns.
        settings: Settings of the user.
        rows: How many rows the table has.
        gaps: What splits by time and by groups give.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where the settings name several splits, or an unknown
            column.
    """
    columns = {
        kind: column
        for kind, column in settings.split.model_dump().items()
        if isinstance(column, str)
    }
    if len(columns) > 1:
        raise validation_error(
            f"The settings name several splits at once: {', '.join(columns)}.",
            fix="Keep one of time, group and fold under `split:` in pipeweave.yaml.",
        )
    for kind, column in columns.items():
        if column not in {c.name for c in schema.columns}:
            raise validation_error(
                f"The split column `{column}` does not exist.",
                fix="Name one of: " + ", ".join(c.name for c in schema.columns[:30]) + ".",
                column=column,
            )
        return SplitSpec.model_validate(
            {"kind": kind, "column": column, "reason": f"set in the settings ({kind})"}
        )
    for gap in gaps:
        if gap.used:
            return SplitSpec(kind=gap.kind, column=gap.column, reason=_reason(gap))
    row_id = next((c.name for c in schema.columns if c.name == settings.id), None)
    by = f"`{row_id}`" if row_id else "each row"
    return SplitSpec(
        folds=_FOLDS_OF_FEW if rows < _FEW_ROWS else SplitSpec().folds,
        reason=f"a hash of {by} decides, so a row keeps its side when the data set grows, "
        "and exact duplicates stay together",
        id=row_id,
    )


def _reason(gap: SplitGap) -> str:
    """Return why rows are split by a column that the settings do not name, in one sentence."""
    rows, new = (
        ("the latest rows", "later ones") if gap.kind == "time" else ("whole groups", "new groups")
    )
    return (
        f"{rows} by `{gap.column}` are the test rows, since a random split would promise too much "
        f"for {new}: a quick model has {gap.metric} {gap.honest:.3g} there and {gap.random:.3g} "
        f"after a random split (gap {gap.gap:.3g}, 95 % interval {gap.low:.3g} to {gap.high:.3g})"
    )
