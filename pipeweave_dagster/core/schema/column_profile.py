"""Profile every column: the figures and sample values from which its meaning is deduced."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import DatasetSnapshot, SnapshotColumn, StorageType

_TOP = 50
_SPREAD = 200
_LONG = 300
_OUTER = 12


@dataclass(frozen=True)
class ColumnProfile:
    """Figures of one column. Lengths are in characters; words are parted by blanks.

    `top` holds the commonest values as text with their counts, `spread` distinct values from all
    over the column, `first` the first five different ones, `lowest` and `highest` the outermost
    twelve numbers, going up and going down, and `outer_counts` the rows of the very lowest and
    highest. `rising`: whole numbers that count the rows one by one, in any order.
    """

    name: str
    storage: StorageType
    rows: int
    missing: int
    distinct: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None
    mean_length: float = 0.0
    max_length: int = 0
    mean_words: float = 0.0
    top: dict[str, int] = field(default_factory=dict)
    spread: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    lowest: tuple[float, ...] = ()
    highest: tuple[float, ...] = ()
    outer_counts: tuple[int, ...] = ()
    whole: bool = False
    rising: bool = False
    unit: str | None = None

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def uniqueness(self) -> float:
        """Distinct values over rows with a value."""
        return self.distinct / self.filled if self.filled else 0.0


def profile(snapshot: DatasetSnapshot, data: Path) -> list[ColumnProfile]:
    """Profile all columns, holding one of them in memory at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(data) as file:
        return [
            _profile(column, file.read(columns=[_path(file, i)]).column(0))
            for i, column in enumerate(snapshot.columns)
        ]


def _path(file: Any, index: int) -> str:
    return str(file.metadata.schema.column(index).path)


def _profile(column: SnapshotColumn, values: Any) -> ColumnProfile:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, missing = len(values), values.null_count
    counted = pc.value_counts(values.drop_null())
    distinct = pa.chunked_array([counted.field("values")])
    counts = counted.field("counts")
    text = _as_text(distinct, column)
    best = pc.select_k_unstable(counts, _TOP * 4, [("", "descending")]) if len(counts) else []
    pairs = [(text[int(i.as_py())].as_py()[:_LONG], counts[int(i.as_py())].as_py()) for i in best]
    top = sorted(pairs, key=lambda p: (-p[1], p[0]))[:_TOP]
    step = max(1, len(text) // _SPREAD)
    numbers = column.type in {"integer", "number"}
    stats = _numbers(values, column) if numbers and missing < rows else {}
    ends = _ends(distinct, counts) if numbers and missing < rows else {}
    whole = bool(stats.pop("whole", False)) or column.type == "integer"
    return ColumnProfile(
        name=column.name,
        storage=column.type,
        rows=rows,
        missing=missing,
        distinct=len(distinct),
        **_lengths(text, counts, column),
        top=dict(top),
        spread=tuple(v[:_LONG] for v in text[::step].to_pylist()[:_SPREAD]) if len(text) else (),
        first=tuple(v[:_LONG] for v in text[:5].to_pylist()) if len(text) else (),
        **ends,
        whole=whole,
        rising=column.type == "integer"
        and rows >= 5
        and rows == len(distinct)
        and stats["high"] - stats["low"] == rows - 1,
        unit=column.unit,
        **stats,
    )


def _ends(distinct: Any, counts: Any) -> dict[str, Any]:
    import numpy as np

    found = distinct.to_numpy().astype(float)
    outer = (int(counts[int(found.argmin())].as_py()), int(counts[int(found.argmax())].as_py()))
    if len(found) > 2 * _OUTER:
        found = np.partition(found, (_OUTER - 1, len(found) - _OUTER))
    low, high = np.sort(found[:_OUTER]), np.sort(found[-_OUTER:])[::-1]
    return {"lowest": tuple(low.tolist()), "highest": tuple(high.tolist()), "outer_counts": outer}


def _as_text(values: Any, column: SnapshotColumn) -> Any:
    """Values as the text that people see (whole numbers without `.0`)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = values.cast(pa.string())
    if column.type == "number":
        text = pc.replace_substring_regex(text, r"\.0$", "")
    return text


def _numbers(values: Any, column: SnapshotColumn) -> dict[str, Any]:
    import pyarrow.compute as pc

    bounds = pc.min_max(values)
    low, high = float(bounds["min"].as_py()), float(bounds["max"].as_py())
    std = pc.stddev(values, ddof=1).as_py() if len(values) - values.null_count > 1 else None
    whole = column.type == "number" and pc.all(pc.equal(values, pc.floor(values))).as_py()
    return {
        "low": low,
        "high": high,
        "mean": pc.mean(values).as_py(),
        "std": std,
        "whole": bool(whole),
    }


def _lengths(text: Any, counts: Any, column: SnapshotColumn) -> dict[str, Any]:
    """Mean and greatest length, and mean number of words, over rows (not over distinct values)."""
    import pyarrow.compute as pc

    if not len(text):
        return {}
    total = pc.sum(counts).as_py()
    length = pc.utf8_length(text)
    words = 1.0
    if column.type == "text":
        blanks = pc.count_substring(text, " ")
        words = 1 + pc.sum(pc.multiply(blanks, counts)).as_py() / total
    return {
        "mean_length": pc.sum(pc.multiply(length, counts)).as_py() / total,
        "max_length": pc.max(length).as_py(),
        "mean_words": words,
    }
