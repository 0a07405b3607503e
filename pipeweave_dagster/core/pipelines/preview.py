"""Preview a step: its columns before and after, on the first rows of the table."""

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
    """Return the columns before and after one step.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet), of which at most 5,000 rows are read.
        step: Name of an extract, preprocess or feature step.

    Returns:
        `step`, `rows` and `columns`: per output column its source, type, numbers of missing values
        before and after, number of distinct values, and its first values, with the middle of texts
        masked; no values of a step that has a column of personal data.

    Raises:
        PipeWeaveError: NOT_FOUND for a step that does not exist or has no columns to show.
    """
    import pyarrow.parquet as pq

    from pipeweave_dagster.core.model.exact_numbers import exact_frame

    found = _step(spec, step)
    names = list(dict.fromkeys(found.columns))
    batch = next(pq.ParquetFile(data).iter_batches(_ROWS, columns=names), None)
    if batch is None:
        return {"step": step, "rows": 0, "columns": []}
    table = exact_frame(batch)
    sources, after = _output(spec, found, table)
    shows = not any(name in spec.hidden for name in names)
    return {
        "step": step,
        "rows": len(table),
        "columns": [
            _column(name, table[source], after[name], shows=shows) for name, source in sources
        ],
    }


def _output(
    spec: PipelineSpec, step: Step, table: "pd.DataFrame"
) -> tuple[list[tuple[str, str]], "pd.DataFrame"]:
    """Return the output columns, each with its (first) source, and their values."""
    from pipeweave_dagster.core.model.frame_entry import FrameEntry
    from pipeweave_dagster.core.model.prepare_features import correct_values, prepare
    from pipeweave_dagster.core.pipelines.feature_frame import corrected, feature_frame

    names = list(table.columns)
    frame = feature_frame(spec)
    if step.use == "table":
        target: FrameEntry = {"name": spec.target, "use": "categorical"}
        shown = [(name, name) for name in names]
        return shown, correct_values(table, [*frame, corrected(spec, target)])
    if step.use == USE:
        # Group means are fitted in each fold, so they cannot be shown here.
        derived = [e for e in frame if e["use"] == USE and not e["operator"].startswith("group_")]
        return [(e["name"], e["columns"][0]) for e in derived], prepare(table, derived)
    prepared = prepare(table, [e for e in frame if e["name"] in names])
    if CATALOGUE.get(step.use, CATALOGUE["table"]).reads:
        return _fitted(step, prepared)
    return [(name, _source(name, names)) for name in prepared.columns], prepared


def _fitted(step: Step, prepared: "pd.DataFrame") -> tuple[list[tuple[str, str]], "pd.DataFrame"]:
    """Return the output of a fitted step per column, in the form that trees get.

    It is fitted on the previewed rows; training fits it in each fold, on that fold's rows.
    """
    import pandas as pd
    from sklearn.impute import SimpleImputer

    from pipeweave_dagster.core.pipelines.fold_fitted_steps import FittedStep

    shown: list[tuple[str, str]] = []
    columns: dict[str, pd.Series] = {}
    for source in prepared.columns:
        fitted = FittedStep(step.use, tuple(step.params.items()), (source,))
        ((_, transformer, names),) = fitted.parts(0, trees=True, imputer=SimpleImputer())
        with warnings.catch_warnings():
            # About merged bins (few rows or equal numbers), which the preview shows anyway.
            warnings.simplefilter("ignore", UserWarning)
            out = transformer.fit_transform(prepared[names])
        for place, values in enumerate((out.toarray() if hasattr(out, "toarray") else out).T):
            name = f"{source} ({step.use} {place + 1})" if place else source
            shown.append((name, source))
            columns[name] = pd.Series(values)
    return shown, pd.DataFrame(columns)


def _column(name: str, before: "pd.Series", after: "pd.Series", *, shows: bool) -> dict[str, Any]:
    return {
        "name": name,
        "source": str(before.name),
        "before": str(before.dtype),
        "after": _KINDS.get(after.dtype.kind, "text"),
        "missing_before": int(before.isna().sum()),
        "missing_after": int(after.isna().sum()),
        "distinct": int(after.nunique()),
        "first": [_shown(value) for value in after.head(_SHOWN)] if shows else [],
    }


def _step(spec: PipelineSpec, name: str) -> Step:
    known = [s for s in spec.steps if s.kind in ("extract", "preprocess", "feature")]
    for step in known:
        if step.name == name:
            return step
    raise not_found(
        f"The pipeline has no step {name!r} that can be previewed.",
        fix=f"Name one of: {', '.join(s.name for s in known)}.",
    )


def _source(name: str, names: list[str]) -> str:
    """Return the raw column of a feature; parts of a date are named `column (part)`."""
    return name if name in names else next(n for n in names if name.startswith(f"{n} ("))


def _shown(value: Any) -> str:
    """Return a number as it is, and of a text only the first and last character."""
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int | float):
        value = str(value)
        return value[:1] + "…" + value[-1:] if len(value) > 2 else "…"
    return f"{value:.6g}"
