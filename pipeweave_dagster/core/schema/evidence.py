"""What the type model looks at: one vector of figures per column, the same in training and use."""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.ingest.value_kinds import kind_of

NAME_BUCKETS = 4096
_KINDS = (
    *("empty", "number", "amount", "bool", "date", "time", "datetime", "url", "email", "code"),
    *("word", "text"),
)
_WORDS = (
    *("id", "code", "date", "time", "name", "year", "type", "count", "num", "number", "rate"),
    *("total", "day", "month", "age", "price", "cost", "amount", "percent", "pct", "avg", "mean"),
    *("std", "min", "max", "lat", "lon", "zip", "phone", "address", "city", "state", "country"),
    *("url", "link", "text", "desc", "comment", "title", "status", "flag", "is", "has", "category"),
    *("class", "level", "group", "score", "rank", "index", "key", "list", "tags", "version"),
    *(
        "size",
        "weight",
        "height",
        "length",
        "width",
        "duration",
        "value",
        "x",
        "y",
        "z",
        "q",
        "var",
    ),
)
_SHAPES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(p, re.IGNORECASE)
    for p in (
        r"[+-]?\d+",
        r"[+-]?\d+\.0+",
        r"[+-]?\d*\.\d+([eE][+-]?\d+)?",
        r"0\d+",
        r"(19|20)\d{2}(\.0)?",
        r"\d{8}",
        r"\d{10,13}",
        r"\d{4}-\d{2}-\d{2}.*",
        r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}.*",
        r".*\d{1,2}:\d{2}.*",
        r".*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d.*",
        r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*.*",
        r"[^\d]{0,4}[\d,.]+\s?%",
        r"[$£€¥]\s?[\d,.]+.*|[\d,.]+\s?[$£€¥].*",
        r"[+-]?[\d,.]+\s?[a-z°'\"/²]{1,12}",
        r"\d{1,3}(,\d{3})+(\.\d+)?",
        r"\d+\s?(-|to|–|/|x|:)\s?\d+",  # noqa: RUF001
        r"[<>=~]+\s?\d.*",
        r"(https?://|www\.).*",
        r"[^@\s]+@[^@\s]+\.\w+",
        r"[\[{(].*[\]})]",
        r"[^,]+(,[^,]+){2,}",
        r"[^;]+(;[^;]+)+",
        r"[^|]+(\|[^|]+)+",
        r"[^/]+(/[^/]+)+",
        r"[\w-]+(, ?[\w-]+)+",
        r"[0-9a-f]{8}-?[0-9a-f-]{20,}|[0-9a-f]{16,}",
        r"[A-Z]{1,4}[-_ ]?\d{2,}.*",
        r"[a-z][a-z_]+\d+",
        r"[A-Z]{1,3}",
        r"[A-Z][a-z]+( [A-Z][a-z'-]+)+",
        r"[A-Z][a-z]+, ?[A-Z].*",
        r".*[.!?]\s.*|.*[.!?]",
        r".*\.(jpg|png|gif|pdf|html?|csv|txt|zip|js|py)",
        r"-?\d{1,3}\.\d{3,}\s?,\s?-?\d{1,3}\.\d{3,}",
        r".*\b(st|street|ave|avenue|rd|road|blvd)\b.*",
        r"\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}",
        r"true|false|yes|no|y|n|t|f",
        r"[\d.]+(:[\d.]+)+|\d+(\.\d+){2,}",
        r".*<[a-z/].*>.*",
    )
)


@dataclass(frozen=True)
class Evidence:
    """Figures of one column. `samples` are up to five values as text, without missing ones."""

    name: str
    rows: int
    missing: int
    distinct: int
    mean: float
    std: float
    low: float
    high: float
    samples: Sequence[str]


def vector(evidence: Evidence) -> NDArray[np.float32]:
    """All features of a column but the letters of its name, as one vector."""
    figures = [
        *_counts(evidence),
        *_numbers(evidence),
        *_shapes(evidence.samples),
        *_texts(evidence.samples),
        *_sequence(evidence.samples),
        *_name(evidence.name),
    ]
    return np.nan_to_num(np.asarray(figures, np.float32), nan=-1e9, posinf=1e30, neginf=-1e30)


def _log(value: float) -> float:
    if not math.isfinite(value):
        return 40.0
    return math.copysign(math.log1p(abs(value)), value)


def _counts(e: Evidence) -> list[float]:
    filled = max(0, e.rows - e.missing)
    return [
        _log(e.rows),
        _log(filled),
        e.missing / max(1, e.rows),
        _log(e.distinct),
        e.distinct / max(1, e.rows),
        e.distinct / max(1, filled),
        float(e.distinct <= 1),
        float(e.distinct == 2),
        float(e.distinct == filled),
        float(filled == 0),
    ]


def _numbers(e: Evidence) -> list[float]:
    if e.std == 0 and e.mean == 0 and e.low == 0 and e.high == 0:
        return [0.0] * 12
    span = e.high - e.low
    whole = float(e.low).is_integer() and float(e.high).is_integer()
    return [
        1.0,
        _log(e.mean),
        _log(e.std),
        _log(e.low),
        _log(e.high),
        _log(span),
        float(whole),
        e.distinct / (span + 1) if whole and span < 1e15 else -1.0,
        float(e.low >= 0),
        float(e.low >= 0 and e.high <= 1),
        float(e.low >= 1700 and e.high <= 2100 and whole),
        e.std / span if span else -1.0,
    ]


def _shapes(samples: Sequence[str]) -> list[float]:
    count = max(1, len(samples))
    trimmed = [s.strip()[:500] for s in samples]
    kinds = [kind_of(t) for t in trimmed]
    shares = [sum(p.fullmatch(t) is not None for t in trimmed) / count for p in _SHAPES]
    return [*(kinds.count(k) / count for k in _KINDS), *shares]


_STOPWORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "and",
        "or",
        "is",
        "are",
        "was",
        "were",
        "be",
        "with",
        "by",
        "from",
        "as",
        "this",
        "that",
        "it",
        "i",
        "you",
        "he",
        "she",
        "we",
        "they",
        "not",
        "have",
        "has",
        "had",
        "but",
        "his",
        "her",
        "their",
        "our",
        "your",
        "my",
        "me",
        "do",
        "did",
        "will",
        "would",
        "can",
    ]
)


def _texts(samples: Sequence[str]) -> list[float]:
    rows = [_text(s) for s in samples] or [_text("")]
    table = np.asarray(rows)
    distinct = len(set(samples)) / max(1, len(samples))
    first = float(len({s[:1] for s in samples}) == 1)
    first2 = float(len({s[:3] for s in samples}) == 1 and len(samples) > 1)
    return [
        *table.mean(0).tolist(),
        *table.std(0).tolist(),
        *table.max(0)[:4].tolist(),
        *table.min(0)[:4].tolist(),
        distinct,
        first,
        first2,
        float(len(samples)),
    ]


def _text(text: str) -> list[float]:
    length = max(1, len(text))
    words = text.split()
    stop = sum(w.lower() in _STOPWORDS for w in words)
    return [
        math.log1p(len(text)),
        math.log1p(len(words)),
        sum(c.isdigit() for c in text) / length,
        sum(c.isalpha() for c in text) / length,
        sum(c.isupper() for c in text) / length,
        sum(c.isspace() for c in text) / length,
        math.log1p(stop),
        stop / max(1, len(words)),
        math.log1p(text.count(",")),
        math.log1p(text.count(";") + text.count("|")),
        math.log1p(text.count("-") + text.count("_")),
        math.log1p(text.count(".")),
        math.log1p(text.count("/") + text.count(":")),
        math.log1p(sum(not c.isalnum() and not c.isspace() for c in text)),
        float(max((len(w) for w in words), default=0)),
    ]


def _sequence(samples: Sequence[str]) -> list[float]:
    values = []
    for sample in samples:
        try:
            values.append(float(sample))
        except ValueError:
            return [0.0] * 8
    if len(values) < 2 or not all(map(math.isfinite, values)):
        return [0.0] * 8
    steps = np.diff(values)
    decimals = [len(s.partition(".")[2]) for s in samples]
    return [
        1.0,
        float((steps > 0).all()),
        float((steps == 1).all()),
        float((steps == steps[0]).all()),
        float(all(v.is_integer() for v in values)),
        _log(max(values)),
        _log(min(values)),
        float(np.mean(decimals)),
    ]


def words_of(name: str) -> list[str]:
    """The words of a name: `customerID_2` gives customer, id."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[a-z]+", split.lower())


def _name(name: str) -> list[float]:
    words = words_of(name)
    lower = name.lower().strip()
    return [
        float(len(name)),
        float(len(words)),
        float(bool(re.search(r"\d$", lower))),
        float(bool(re.search(r"\d", lower))),
        float(name.isupper()),
        float("_" in name),
        float("." in name),
        float(" " in name),
        float(bool(re.search(r"\?|%|\(", name))),
        float(lower.endswith("id")),
        float(lower.startswith(("unnamed", "column"))),
        float(not lower),
        *(float(w in words) for w in _WORDS),
        *(float(bool(words) and words[-1] == w) for w in _WORDS[:20]),
    ]


def surroundings(columns: list[Evidence], named: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the other columns of the same table say about each column.

    Args:
        columns: All columns of one table, in order.
        named: Class probabilities by the name alone, shape (columns, classes).

    Returns:
        Shape (columns, 2 * classes + 6): means of `named` over the other columns and over the two
        neighbours, and how alike the columns of the table are.
    """
    count = len(columns)
    numbers = np.array([_is_number(e) for e in columns], np.float32)
    stems = [re.sub(r"[\d\W_]+", "", e.name.lower()) for e in columns]
    starts = [e.name.lower()[:4] for e in columns]
    total, numeric = named.sum(0), numbers.sum()
    rows = []
    for i in range(count):
        near = [j for j in (i - 1, i + 1) if 0 <= j < count]
        others = (total - named[i]) / max(1, count - 1)
        close = named[near].mean(0) if near else np.zeros(named.shape[1])
        rows.append(
            [
                *others,
                *close,
                math.log1p(count),
                (numeric - numbers[i]) / max(1, count - 1),
                numbers[near].mean() if near else -1.0,
                math.log1p(stems.count(stems[i]) - 1),
                math.log1p(starts.count(starts[i]) - 1),
                sum(columns[j].distinct == columns[i].distinct for j in near),
            ]
        )
    return np.asarray(rows, np.float32)


def _is_number(e: Evidence) -> bool:
    return not (e.std == 0 and e.mean == 0 and e.low == 0 and e.high == 0)


def name_buckets(name: str) -> NDArray[np.int64]:
    """Places of the name's words and letter groups (3 to 5) in a hashed table, without doubles."""
    lower = " ".join(words_of(name)) or name.lower()
    padded = f" {lower} "
    grams = {padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)}
    grams |= {f"w:{w}" for w in words_of(name)}
    hashed = {zlib.crc32(g.encode()) % NAME_BUCKETS for g in grams}
    return np.array(sorted(hashed), np.int64)
