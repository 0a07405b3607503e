"""What a step makes of its columns, on the first rows: for looking, not for learning."""

from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.errors import not_found

_ROWS = 5_000
_SHOWN = 5


def preview(spec: PipelineSpec, data: Path, step: str) -> dict[str, Any]:
    """Columns before and after one step that works row by row.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet), of which at most 5,000 rows are read.
        step: Name of a preprocess or feature step.

    Returns:
        `step`, `rows` and, for each resulting column, its source, type, how many values are
        missing before and after, how many distinct there are after, and the first values with all
        but their ends masked.

    Raises:
        PipeWeaveError: NOT_FOUND for a step that does not exist or shows no columns.
    """
    import pyarrow.parquet as pq

    from pipeweave_dagster.core.pipelines.compile import frame_plan
    from pipeweave_dagster.core.training.serving import prepare

    found = _step(spec, step)
    names = list(dict.fromkeys(found.columns))
    batch = next(pq.ParquetFile(data).iter_batches(_ROWS, columns=names), None)
    if batch is None:
        return {"step": step, "rows": 0, "columns": []}
    table = batch.to_pandas()
    entries = [entry for entry in frame_plan(spec) if entry["name"] in names]
    made = prepare(table, entries)
    return {
        "step": step,
        "rows": len(table),
        "columns": [
            {
                "name": name,
                "source": _source(name, names),
                "before": str(table[_source(name, names)].dtype),
                "after": "number" if made[name].dtype.kind == "f" else "text",
                "missing_before": int(table[_source(name, names)].isna().sum()),
                "missing_after": int(made[name].isna().sum()),
                "distinct": int(made[name].nunique()),
                "first": [_shown(value) for value in made[name].head(_SHOWN)],
            }
            for name in made.columns
        ],
    }


def _step(spec: PipelineSpec, name: str) -> Step:
    known = [s for s in spec.steps if s.kind in ("preprocess", "feature") and s.use != "derived"]
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
    if isinstance(value, str):
        return value[:1] + "…" + value[-1:] if len(value) > 2 else "…"
    return f"{value:.6g}"
