"""Make features from raw columns, row by row; training and scoring do it alike.

The source is copied beside exported and registered models.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.column_values import (
    as_moments,
    as_number,
    as_text,
    days_since_1970,
    text_column,
    within_float32,
    without,
)
from pipeweave_dagster.core.model.derived_columns import derived_column, values_of
from pipeweave_dagster.core.model.frame_entry import FrameEntry

_COUNTED = {
    "words": re.compile(r"\S+"),
    "capitals": re.compile(r"[A-Z]"),
    "digits": re.compile(r"\d"),
    "signs": re.compile(r"[^\w\s]"),
}


def prepare(table: pd.DataFrame, frame: list[FrameEntry]) -> pd.DataFrame:
    """Make features from raw columns, row by row; nothing is learned from the data.

    Args:
        table: Raw rows; columns in any order, extra ones are ignored, absent ones are missing.
        frame: One entry per column or derived feature.

    Returns:
        The same number of rows, float64 columns (numbers, ranks, date parts) and text columns
        (categories: NaN where missing; texts: empty if missing). No number is larger than 1e37.
    """
    table = correct_values(table, frame)
    columns: dict[str, np.ndarray] = {}
    for entry in frame:
        if entry["use"] != "relative":
            columns |= _features_of(table, entry)
    # The same text type always: a missing category is encoded alike in one row and in many.
    text: Any = pd.Series(["text"]).dtype
    typed = {n: pd.array(v, text) if v.dtype == object else _held(v) for n, v in columns.items()}
    return pd.DataFrame(typed, index=pd.RangeIndex(len(table)), copy=False)


def _held(values: Any) -> Any:
    return within_float32(values) if values.dtype.kind == "f" else values


def _features_of(table: pd.DataFrame, entry: FrameEntry) -> dict[str, Any]:
    """Return the features of one entry; texts as Python objects or in pandas' own type."""
    name, use = entry["name"], entry["use"]
    if use == "derived":
        return {name: derived_column(table, entry)}
    values = values_of(table, name)
    if use == "date_parts":
        return _date_parts(values, entry)
    if use == "ordinal":
        ranks = {level: float(rank) for rank, level in enumerate(entry["order"])}
        return {name: np.array([ranks.get(v, np.nan) for v in as_text(values)], dtype=float)}
    if use in ("numeric", "boolean"):
        return {name: as_number(values)}
    parts = entry.get("parts", [])
    if use == "text":
        texts = np.array([v or "" for v in as_text(values)], dtype=object)
        return {name: texts, **{f"{name} ({part})": _counts(texts, part) for part in parts}}
    number = {f"{name} (number)": as_number(values)} if "number" in parts else {}
    return {name: text_column(values), **number}


def correct_values(table: pd.DataFrame, frame: list[FrameEntry]) -> pd.DataFrame:
    """Replace the placeholders of missing values by NaN, and merge spellings of a category."""
    corrected = [e for e in frame if e.get("missing") or e.get("merge_spellings")]
    changed: dict[str, Any] = {}
    for entry in corrected:
        values = values_of(table, entry["name"])
        texts = as_text(values)
        if entry.get("missing"):
            gone = np.isin(np.array([t or "" for t in texts], dtype=str), entry["missing"])
            values = without(values, gone)
        if entry.get("merge_spellings"):
            plain = [None if t is None else " ".join(t.casefold().split()) for t in as_text(values)]
            values = pd.Series([t and t.rstrip(".") for t in plain], values.index, dtype=object)
        changed[entry["name"]] = values
    return table.assign(**changed) if changed else table


def _counts(texts: np.ndarray, part: str) -> np.ndarray:
    """Count the characters, words and so on of each text."""
    if part == "characters":
        return np.array([len(text) for text in texts], dtype=np.float64)
    return np.array([len(_COUNTED[part].findall(text)) for text in texts], dtype=np.float64)


def _date_parts(values: pd.Series, entry: FrameEntry) -> dict[str, np.ndarray]:
    moments = as_moments(values)
    epoch = days_since_1970(moments)
    fields = {"weekday": "day_of_week"}
    return {
        f"{entry['name']} ({part})": np.asarray(
            epoch if part == "epoch" else getattr(moments.dt, fields.get(part, part)),
            dtype=np.float64,
        )
        for part in entry["parts"]
    }
