"""Features of the type model: one vector per column, the same in training and use."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.model.value_kinds import kind_of
from pipeweave_dagster.core.schema.type_model.feature_terms import KINDS, SHAPES, STOPWORDS, WORDS
from pipeweave_dagster.core.schema.type_model.name_ngrams import words_of
from pipeweave_dagster.core.schema.type_model.name_words import COUNT, name_words


@dataclass(frozen=True)
class Evidence:
    """Statistics of a column; `samples` are up to five non-missing values as text."""

    name: str
    rows: int
    missing: int
    distinct: int
    mean: float
    std: float
    low: float
    high: float
    samples: Sequence[str]


def feature_vector(evidence: Evidence) -> NDArray[np.float32]:
    """Return all features of a column except n-grams and table context, as one vector."""
    features = [
        *_count_features(evidence),
        *_number_features(evidence),
        *_shape_features(evidence.samples),
        *_text_features(evidence.samples),
        *_sequence_features(evidence.samples),
        *_name_features(evidence.name),
        *name_words(evidence.name),
    ]
    return np.nan_to_num(np.asarray(features, np.float32), nan=-1e9, posinf=1e30, neginf=-1e30)


def feature_groups() -> list[str]:
    """Return what each feature of `feature_vector` is about, in their order."""
    empty = Evidence("", 0, 0, 0, 0.0, 0.0, 0.0, 0.0, ())
    return [
        *("rows", "rows", "missing", *["distinct"] * 6, "missing"),
        *["numbers"] * len(_number_features(empty)),
        *["values"] * len(_shape_features(())),
        *["values"] * len(_text_features(())),
        *["numbers"] * len(_sequence_features(())),
        *["name"] * (len(_name_features("")) + COUNT),
    ]


def _log(value: float) -> float:
    if not math.isfinite(value):
        return 40.0
    return math.copysign(math.log1p(abs(value)), value)


def _count_features(e: Evidence) -> list[float]:
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


def _number_features(e: Evidence) -> list[float]:
    if e.std == 0 and e.mean == 0 and e.low == 0 and e.high == 0:
        return [0.0] * 12
    span = e.high - e.low
    integral = float(e.low).is_integer() and float(e.high).is_integer()
    return [
        1.0,
        _log(e.mean),
        _log(e.std),
        _log(e.low),
        _log(e.high),
        _log(span),
        float(integral),
        e.distinct / (span + 1) if integral and span < 1e15 else -1.0,
        float(e.low >= 0),
        float(e.low >= 0 and e.high <= 1),
        float(e.low >= 1700 and e.high <= 2100 and integral),
        e.std / span if span else -1.0,
    ]


def _shape_features(samples: Sequence[str]) -> list[float]:
    count = max(1, len(samples))
    trimmed = [s.strip()[:500] for s in samples]
    kinds = [kind_of(t) for t in trimmed]
    shares = [sum(p.fullmatch(t) is not None for t in trimmed) / count for p in SHAPES]
    return [*(kinds.count(k) / count for k in KINDS), *shares]


def _text_features(samples: Sequence[str]) -> list[float]:
    rows = [_one_text(s) for s in samples] or [_one_text("")]
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


def _one_text(text: str) -> list[float]:
    length = max(1, len(text))
    words = text.split()
    stop = sum(w.lower() in STOPWORDS for w in words)
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


def _sequence_features(samples: Sequence[str]) -> list[float]:
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


def _name_features(name: str) -> list[float]:
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
        *(float(w in words) for w in WORDS),
        *(float(bool(words) and words[-1] == w) for w in WORDS[:20]),
    ]
