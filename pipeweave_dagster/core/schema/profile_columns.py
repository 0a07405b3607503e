"""Profile the columns of a table."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.arrow_values import numbers_of
from pipeweave_dagster.core.documents import DatasetSnapshot, SnapshotColumn
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.quantities import smoothness_of
from pipeweave_dagster.core.schema.repeated_rows import without_repeated_rows

_TOP = 50
_SAMPLE = 200
_MAX_TEXT = 300
_MOST_COUNTED = 1000
_ENDS = 12
_THREADS = 2


def profile_columns(snapshot: DatasetSnapshot, data: Path) -> list[ColumnProfile]:
    """Profile all columns, two in memory at a time: Arrow counts and casts outside the GIL.

    Unique values are counted without the rows that repeat an earlier one.
    """
    import pyarrow.compute  # noqa: F401 - before the threads, which would import it at once
    import pyarrow.parquet as pq

    reading = threading.Lock()

    def read(index: int) -> Any:
        # By index: a name with dots is a path, and looking up a path costs as many columns.
        return file.reader.read_all(column_indices=[index]).column(0)

    def profiled(index: int, column: SnapshotColumn) -> ColumnProfile:
        with reading:
            values = read(index)
        return _profile(column, values)

    with pq.ParquetFile(data) as file, ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(profiled, range(len(snapshot.columns)), snapshot.columns))
        return without_repeated_rows(found, read)


def _profile(column: SnapshotColumn, values: Any) -> ColumnProfile:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, missing = len(values), values.null_count
    counted = pc.value_counts(values.drop_null())
    distinct = pa.chunked_array([counted.field("values")])
    counts = counted.field("counts")
    text = _as_text(distinct, column)
    step = max(1, len(text) // _SAMPLE)
    numbers = column.type in {"integer", "number"}
    stats = _numbers(values, column) if numbers and missing < rows else {}
    ends = _ends(distinct, counts) if numbers and missing < rows else {}
    integral = bool(stats.pop("integral", False)) or column.type == "integer"
    return ColumnProfile(
        name=column.name,
        storage=column.type,
        rows=rows,
        missing=missing,
        distinct=len(distinct),
        **_lengths(text, counts, column),
        top=_top(text, counts),
        sample=tuple(v[:_MAX_TEXT] for v in text[::step].to_pylist()[:_SAMPLE])
        if len(text)
        else (),
        first_values=tuple(v[:_MAX_TEXT] for v in text[:5].to_pylist()) if len(text) else (),
        **ends,
        integral=integral,
        is_row_number=column.type == "integer"
        and rows >= 5
        and rows == len(distinct)
        and stats["high"] - stats["low"] == rows - 1,
        unit=column.unit,
        smoothness=_smoothness(distinct, counts) if numbers and integral else None,
        **stats,
    )


def _smoothness(distinct: Any, counts: Any) -> float | None:
    """Return how far the frequencies of neighbouring whole numbers are alike."""
    import pyarrow.compute as pc

    if not len(counts) or len(counts) > _MOST_COUNTED:
        return None
    return smoothness_of(counts.take(pc.array_sort_indices(distinct.chunk(0))).to_pylist())


def _top(text: Any, counts: Any) -> dict[str, int]:
    """Return the most frequent values as text with their counts, ties in alphabetical order."""
    import pyarrow.compute as pc

    frequent = pc.select_k_unstable(counts, _TOP * 4, [("", "descending")]) if len(counts) else []
    indices = [int(i.as_py()) for i in frequent]
    pairs = [(text[i].as_py()[:_MAX_TEXT], counts[i].as_py()) for i in indices]
    return dict(sorted(pairs, key=lambda p: (-p[1], p[0]))[:_TOP])


def _ends(distinct: Any, counts: Any) -> dict[str, Any]:
    """Return the lowest and highest numbers, and the rows of the two outermost."""
    import numpy as np

    numbers = numbers_of(distinct.chunk(0)).astype(float)
    end_counts = (
        int(counts[int(numbers.argmin())].as_py()),
        int(counts[int(numbers.argmax())].as_py()),
    )
    if len(numbers) > 2 * _ENDS:
        numbers = np.partition(numbers, (_ENDS - 1, len(numbers) - _ENDS))
    low, high = np.sort(numbers[:_ENDS]), np.sort(numbers[-_ENDS:])[::-1]
    return {
        "lowest": tuple(low.tolist()),
        "highest": tuple(high.tolist()),
        "end_counts": end_counts,
    }


def _as_text(values: Any, column: SnapshotColumn) -> Any:
    """Return values as text, integers without `.0`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = values.cast(pa.string())
    if column.type == "number":
        whole = pc.ends_with(text, ".0")
        if pc.any(whole).as_py():  # most columns have none, and cutting costs as much as the rest
            text = pc.if_else(whole, pc.utf8_slice_codeunits(text, 0, -2), text)
    return text


def _numbers(values: Any, column: SnapshotColumn) -> dict[str, Any]:
    import pyarrow.compute as pc

    bounds = pc.min_max(values)
    low, high = float(bounds["min"].as_py()), float(bounds["max"].as_py())
    std = pc.stddev(values, ddof=1).as_py() if len(values) - values.null_count > 1 else None
    integral = column.type == "number" and pc.all(pc.equal(values, pc.floor(values))).as_py()
    return {
        "low": low,
        "high": high,
        "mean": pc.mean(values).as_py(),
        "std": std,
        "integral": bool(integral),
    }


def _lengths(text: Any, counts: Any, column: SnapshotColumn) -> dict[str, Any]:
    """Return mean and maximum length and mean number of words, over rows, not distinct values."""
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
