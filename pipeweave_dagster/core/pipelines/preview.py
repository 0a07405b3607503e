"""What a step makes of its columns, on the first rows: for looking, not for learning."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.pipelines.derived_features import USE

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 5_000
_SHOWN = 5
_KINDS = {"i": "number", "u": "number", "f": "number", "b": "boolean", "M": "datetime"}


def preview(spec: PipelineSpec, data: Path, step: str) -> dict[str, Any]:
    """Columns before and after one step that works row by row.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet), of which at most 5,000 rows are read.
        step: Name of the step that reads, or of a preprocess or feature step.

    Returns:
        `step`, `rows` and, for each resulting column, its source, type, how many values are
        missing before and after, how many distinct there are after, and the first values with all
        but their ends masked.

    Raises:
        PipeWeaveError: NOT_FOUND for a step that does not exist or shows no columns.
    """
    import pyarrow.parquet as pq

    found = _step(spec, step)
    names = list(dict.fromkeys(found.columns))
    batch = next(pq.ParquetFile(data).iter_batches(_ROWS, columns=names), None)
    if batch is None:
        return {"step": step, "rows": 0, "columns": []}
    table = batch.to_pandas()
    shown, made = _made(spec, found, table)
    return {
        "step": step,
        "rows": len(table),
        "columns": [_column(name, table[source], made[name]) for name, source in shown],
    }


def _made(
    spec: PipelineSpec, step: Step, table: "pd.DataFrame"
) -> tuple[list[tuple[str, str]], "pd.DataFrame"]:
    """Resulting columns, each with its (first) source, and their values."""
    from pipeweave_dagster.core.model.serving import FrameEntry, correct_values, prepare
    from pipeweave_dagster.core.pipelines.compile import corrected, feature_frame

    names = list(table.columns)
    frame = feature_frame(spec)
    if step.use == "table":
        target: FrameEntry = {"name": spec.target, "use": "categorical"}
        shown = [(name, name) for name in names]
        return shown, correct_values(table, [*frame, corrected(spec, target)])
    if step.use == USE:
        # Means of groups are learned in each fold, so they cannot be shown here.
        derived = [e for e in frame if e["use"] == USE and not e["operator"].startswith("group_")]
        made = prepare(table, derived)
        return [(e["name"], e["columns"][0]) for e in derived], made
    made = prepare(table, [e for e in frame if e["name"] in names])
    if CATALOGUE.get(step.use, CATALOGUE["table"]).reads:
        return _fitted(step, made)
    return [(name, _source(name, names)) for name in made.columns], made


def _fitted(step: Step, made: "pd.DataFrame") -> tuple[list[tuple[str, str]], "pd.DataFrame"]:
    """What a step that learns from rows makes of each column, as trees see it.

    It is fitted on the rows that are shown; training fits it in each fold, on that fold's rows.
    """
    import pandas as pd
    from sklearn.impute import SimpleImputer

    from pipeweave_dagster.core.pipelines.fold_fitted_steps import Own

    shown: list[tuple[str, str]] = []
    columns: dict[str, pd.Series] = {}
    for source in made.columns:
        own = Own(step.use, tuple(step.params.items()), (source,))
        ((_, transformer, names),) = own.parts(0, trees=True, imputer=SimpleImputer())
        with warnings.catch_warnings():
            # Of bins that are one, as few rows or equal numbers make them: they can be seen.
            warnings.simplefilter("ignore", UserWarning)
            out = transformer.fit_transform(made[names])
        for place, values in enumerate((out.toarray() if hasattr(out, "toarray") else out).T):
            name = f"{source} ({step.use} {place + 1})" if place else source
            shown.append((name, source))
            columns[name] = pd.Series(values)
    return shown, pd.DataFrame(columns)


def _column(name: str, before: "pd.Series", after: "pd.Series") -> dict[str, Any]:
    return {
        "name": name,
        "source": str(before.name),
        "before": str(before.dtype),
        "after": _KINDS.get(after.dtype.kind, "text"),
        "missing_before": int(before.isna().sum()),
        "missing_after": int(after.isna().sum()),
        "distinct": int(after.nunique()),
        "first": [_shown(value) for value in after.head(_SHOWN)],
    }


def _step(spec: PipelineSpec, name: str) -> Step:
    known = [s for s in spec.steps if s.kind in ("extract", "preprocess", "feature")]
    for step in known:
        if step.name == name:
            return step
    raise not_found(
        f"The pipeline has no step {name!r} that makes columns row by row.",
        fix=f"Name one of: {', '.join(s.name for s in known)}.",
    )


def _source(name: str, names: list[str]) -> str:
    """The raw column of a feature; date parts carry their part behind its name."""
    return name if name in names else next(n for n in names if name.startswith(f"{n} ("))


def _shown(value: Any) -> str:
    """A number as it is; of text only the first and last character."""
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int | float):
        value = str(value)
        return value[:1] + "…" + value[-1:] if len(value) > 2 else "…"
    return f"{value:.6g}"
