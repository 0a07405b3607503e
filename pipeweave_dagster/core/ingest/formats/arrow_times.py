"""Convert Arrow dates and times: microseconds, zones to UTC, the years 1 to 9999."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from pipeweave_dagster.core.ingest.formats.arrow_numbers import ArrowArray

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # years 1 and 9999
_DAY_SECONDS = 86_400
_INT64_MAX = 2**63 - 1
OUT_OF_RANGE = "out of range"
NOT_A_TIME = "not a time"
NANOSECONDS = "nanoseconds"


def convert_timestamp(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    """Convert timestamps of any unit and zone to `timestamp[us]`; those with a zone are in UTC."""
    values, present = _integers(array)
    unit = _PER_SECOND[array.type.unit]
    first, last = _FIRST_SECOND * unit, (_LAST_SECOND + 1) * unit - 1
    return _microseconds(
        values, present, unit, (first, last), OUT_OF_RANGE, pa.timestamp("us"), counts
    )


def convert_time(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    """Convert times of day to `time64[us]`."""
    values, present = _integers(array)
    unit = _PER_SECOND[array.type.unit]
    bounds = (0, _DAY_SECONDS * unit - 1)
    return _microseconds(values, present, unit, bounds, NOT_A_TIME, pa.time64("us"), counts)


def convert_date(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    """Convert dates in days or milliseconds to `date32`."""
    values, present = _integers(array)
    if pa.types.is_date64(array.type):
        values = values // (_DAY_SECONDS * 1000)
    first, last = _FIRST_SECOND // _DAY_SECONDS, _LAST_SECOND // _DAY_SECONDS
    kept = _within(values, present, (first, last), OUT_OF_RANGE, counts)
    days = np.where(kept, values, 0).astype("int32")
    return pa.array(days, pa.int32(), mask=~kept).cast(pa.date32())


def convert_duration(array: ArrowArray, _counts: Counter[str]) -> ArrowArray:
    """Convert durations to seconds as float64."""
    values, present = _integers(array)
    return pa.array(values / _PER_SECOND[array.type.unit], pa.float64(), mask=~present)


def _integers(array: ArrowArray) -> tuple[Any, Any]:
    """Return the values as int64 (0 where missing), and whether each is present."""
    width = pa.int32() if array.type.bit_width == 32 else pa.int64()
    values = array.view(width).cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return values, array.is_valid().to_numpy(zero_copy_only=False)


def _within(
    values: Any, present: Any, bounds: tuple[int, int], noun: str, counts: Counter[str]
) -> Any:
    first, last = max(bounds[0], -_INT64_MAX), min(bounds[1], _INT64_MAX)
    kept = present & (values >= first) & (values <= last)
    outside = int(present.sum() - kept.sum())
    if outside:
        counts[noun] += outside
    return kept


def _microseconds(
    values: Any,
    present: Any,
    unit: int,
    bounds: tuple[int, int],
    noun: str,
    type_: pa.DataType,
    counts: Counter[str],
) -> ArrowArray:
    kept = _within(values, present, bounds, noun, counts)
    values = np.where(kept, values, 0)
    if unit == 10**9:
        cut = int((values % 1000 != 0).sum())
        if cut:
            counts[NANOSECONDS] += cut
        values = values // 1000
    else:
        values = values * (10**6 // unit)
    return pa.array(values, pa.int64(), mask=~kept).cast(type_)
