"""How the rows are divided into test rows and folds, by the settings or by a hash of each row."""

from pipeweave_dagster.core.documents import DatasetSettings, SchemaDeduction, SplitSpec
from pipeweave_dagster.core.errors import validation_error

# Models of few rows vary with the rows that they are trained on: more folds train on more rows.
_FEW_ROWS, _FOLDS_OF_FEW = 2_000, 8


def choose_split(schema: SchemaDeduction, settings: DatasetSettings, rows: int) -> SplitSpec:
    """Return the split of the settings, else one by a hash of each row.

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
    row_id = next((c.name for c in schema.columns if c.name == settings.id), None)
    by = f"`{row_id}`" if row_id else "each row"
    return SplitSpec(
        folds=_FOLDS_OF_FEW if rows < _FEW_ROWS else SplitSpec().folds,
        reason=f"a hash of {by} decides, so a row keeps its side when the data set grows, "
        "and exact duplicates stay together",
        id=row_id,
    )
