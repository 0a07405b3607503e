"""Periods of pandas (months, quarters, years), which Arrow stores as counts since 1970."""

import json

import pyarrow as pa

from pipeweave_dagster.core.ingest.formats.arrow_numbers import ArrowArray

_PER_YEAR = {"M": 12, "ME": 12, "Q-DEC": 4, "QE-DEC": 4, "Y-DEC": 1, "YE-DEC": 1, "A-DEC": 1}


def period_frequency(entry: ArrowArray) -> str | None:
    """Return the frequency of a field of periods, by pandas' name, None for any other field.

    Whether Arrow knows the type depends on whether pandas was imported, so both forms count.
    """
    if getattr(entry.type, "extension_name", "") == "pandas.period":
        return str(entry.type.freq)
    metadata = entry.metadata or {}
    if metadata.get(b"ARROW:extension:name") != b"pandas.period":
        return None
    try:
        return str(json.loads(metadata[b"ARROW:extension:metadata"])["freq"])
    except (KeyError, ValueError, TypeError):
        return None


def has_text(frequency: str | None) -> bool:
    """Return whether periods of a frequency can be written as text (2021, 2021Q1, 2021-01)."""
    return frequency in _PER_YEAR


def period_texts(array: ArrowArray, frequency: str) -> ArrowArray:
    """Return the texts of periods, counted from the first one of 1970."""
    count = _PER_YEAR[frequency]
    texts = [None if v is None else _text(v, count) for v in array.to_pylist()]
    return pa.array(texts, pa.large_string())


def _text(value: int, per_year: int) -> str:
    year, part = 1970 + value // per_year, value % per_year + 1
    if per_year == 1:
        return f"{year:04d}"
    return f"{year:04d}Q{part}" if per_year == 4 else f"{year:04d}-{part:02d}"
