"""Raw values of a column as texts, numbers and moments, whatever type they come in.

The source is copied beside exported and registered models.
"""

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd

DISTINCT_ROWS = 1_000
"""From so many rows on, encoders look at distinct values."""
_NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?")
_SCALE = {"k": 1e3, "m": 1e6, "b": 1e9}
_LARGEST_NUMBER = 1e37


def as_text(values: pd.Series) -> np.ndarray:
    """Return labels as text, missing ones as None: 3.0 becomes `3`, True becomes `true`.

    A column of integers gives the same text if it is stored as float because values are missing,
    so training and scoring see the same category.
    """
    if len(values) == 1 and pd.api.types.is_scalar(only := values.iloc[0]):
        return np.array([None if pd.isna(only) else _one_text(only)], dtype=object)
    codes, texts = _distinct_texts(values)
    return np.asarray(texts[codes])


def coded(values: pd.Series) -> tuple[np.ndarray, Any]:
    """Return the place of each value among distinct ones, -1 if missing, and these.

    Those of a categorical may include values that no row has.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.intp), values.cat.categories
    return pd.factorize(values)


def _distinct_texts(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each label among the texts; the last one, -1, is a missing label."""
    codes, uniques = coded(values)
    texts = np.empty(len(uniques) + 1, dtype=object)
    texts[:-1] = [_one_text(value) for value in uniques]
    texts[-1] = None
    return codes, texts


def text_column(values: pd.Series) -> Any:
    """Return `as_text` in pandas' own type of texts, made of the distinct ones."""
    if len(values) < DISTINCT_ROWS:
        return as_text(values)
    codes, texts = _distinct_texts(values)
    kind: Any = pd.Series(["text"]).dtype
    return pd.array(texts, kind).take(codes)


def _one_text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):  # never through float: it holds 15 digits
        return str(int(value))
    if isinstance(value, float | np.number):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value)


def without(values: pd.Series, gone: np.ndarray) -> pd.Series:
    """Return the values with some set to missing; whole numbers keep all their digits."""
    whole = pd.api.types.is_integer_dtype(values.dtype)
    return (values.astype("Int64") if whole else values).mask(gone)


def as_number(values: pd.Series) -> np.ndarray:
    """Return numbers as float64, missing and infinite ones as NaN; `1,234 kg` becomes 1234."""
    if len(values) == 1 and pd.api.types.is_scalar(only := values.iloc[0]):
        numbers = np.array([np.nan if pd.isna(only) else _one_number(only)])
    elif pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        codes, uniques = pd.factorize(values)
        table = np.array([*(_one_number(value) for value in uniques), np.nan])
        numbers = table[codes]
    finite = np.isfinite(numbers)
    return numbers.copy() if finite.all() else np.where(finite, numbers, np.nan)


def within_float32(numbers: np.ndarray) -> np.ndarray:
    """Return numbers that learners can hold, which keep float32: it ends at 3.4e38.

    The bounds leave room for differences and sums. One greater number, such as the largest float64
    that stands for "missing" in many files, made every fit of most learners fail.
    """
    held: np.ndarray = np.clip(numbers, -_LARGEST_NUMBER, _LARGEST_NUMBER)
    return held


def _one_number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    text = str(value)[:200]
    if text.lower() in ("true", "false", "yes", "no"):
        return float(text.lower() in ("true", "yes"))
    found = _NUMBER.search(text)
    if found is None:
        return float("nan")
    number = float(found.group().replace(",", ""))
    suffix = text[found.end() : found.end() + 1].lower()
    following = text[found.end() + 1 : found.end() + 2]
    return number * (_SCALE.get(suffix, 1.0) if not following.isalpha() else 1.0)


def as_moments(values: pd.Series) -> pd.Series:
    """Return dates, timestamps and times of day as UTC timestamps (a time is on 1970-01-01)."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.to_datetime(values, utc=True)
    first = next((v for v in values if not pd.isna(v)), None)
    if isinstance(first, dt.time) or (
        isinstance(first, str) and re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", first)
    ):
        times = values.map(
            lambda v: None if pd.isna(v) else f"{v}:00"[:8] if str(v).count(":") < 2 else str(v)
        )
        return pd.to_datetime("1970-01-01T" + times.astype("string"), utc=True, errors="coerce")
    if isinstance(first, str):
        return pd.to_datetime(values, utc=True, errors="coerce", format="mixed")
    return pd.to_datetime(values, utc=True, errors="coerce")


def days_since_1970(moments: pd.Series) -> np.ndarray:
    """Return timestamps in UTC as days, with fractions; NaN where they are missing."""
    first = pd.Timestamp(0, tz="UTC")
    try:
        days = (moments - first) / pd.Timedelta(days=1)
    except pd.errors.OutOfBoundsDatetime:  # nanoseconds end in 1677 and 2262
        days = (moments - first.as_unit("s")) / pd.Timedelta(days=1)
    return np.asarray(days, dtype=np.float64)
