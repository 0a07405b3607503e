"""Divide rows into periods by a column of time."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.column_values import as_moments, as_number
from pipeweave_dagster.core.training.data.split import Index

MOST_PERIODS = 12
_LEAST_PERIODS = 4
_UNITS = ("Y", "Q", "M", "W", "D")


class TimeSlices(NamedTuple):
    """The period of each row as a number (-1: its time is missing), and the periods' names."""

    period: Index
    names: list[str]


def time_slices(times: pd.Series) -> TimeSlices:
    """Divide rows into calendar periods, or into slices of equal size.

    Calendar periods are of the finest unit that gives at most thirteen, and at least four.

    Args:
        times: Timestamps, or numbers (such as a year), one per row.
    """
    if not pd.api.types.is_numeric_dtype(times.dtype):
        return _of_timestamps(as_moments(times).dt.tz_localize(None))
    numbers = as_number(times)
    known = np.unique(numbers[np.isfinite(numbers)])
    if len(known) <= MOST_PERIODS + 1:
        codes = np.where(np.isfinite(numbers), np.searchsorted(known, numbers), -1)
        return TimeSlices(codes.astype(np.intp), [f"{start:.6g}" for start in known])
    return _of_equal_size(numbers, lambda start: f"{start:.6g}")


def _of_timestamps(timestamps: pd.Series) -> TimeSlices:
    for unit in reversed(_UNITS):
        calendar = timestamps.dt.to_period(unit)
        if _LEAST_PERIODS <= calendar.nunique() <= MOST_PERIODS + 1:
            codes, labels = pd.factorize(calendar, sort=True)
            return TimeSlices(np.asarray(codes, dtype=np.intp), [str(label) for label in labels])
    numbers = timestamps.to_numpy(dtype="datetime64[s]").astype(np.float64)
    numbers[timestamps.isna().to_numpy()] = np.nan
    return _of_equal_size(
        numbers, lambda start: str(np.datetime64(int(start), "s")).replace("T", " ")
    )


def _of_equal_size(numbers: np.ndarray, name: Callable[[float], str]) -> TimeSlices:
    known = np.isfinite(numbers)
    quantiles = np.linspace(0, 1, MOST_PERIODS + 2)[:-1]
    edges = np.unique(np.quantile(numbers[known], quantiles, method="lower"))
    codes = np.where(known, np.searchsorted(edges, numbers, side="right") - 1, -1)
    return TimeSlices(codes.astype(np.intp), [f"from {name(edge)}" for edge in edges])
