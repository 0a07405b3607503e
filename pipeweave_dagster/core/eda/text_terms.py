"""Frequent words of a text column, and the words that predict the target."""

import re
from collections import defaultdict
from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import log_likelihood_ratio
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.eda.target_relation import rate_interval
from pipeweave_dagster.core.eda.text_language import languages

MAX_ROWS = 10_000
MAX_TEXT = 2_000
SEED = 0
LANGUAGE_ROWS = 1_000
TOP = 12
MIN_ROWS = 20
"""A word in fewer rows could identify a person."""
_WORD = re.compile(r"[^\W\d_]{3,30}")
_STOP = (
    "the and for that this with was are but not you have has had from they his her its our all "
    "were been their there will would can could who what when which about also than then them "
    "into out over very just der die das und ist ein eine mit von den auf les des une est pas "
    "que los las por con para una del"
)
_COMMON = frozenset(_STOP.split())


def terms(column: Column, target: Target | None) -> dict[str, Any]:
    """Return the most frequent words by rows, and the most predictive ones of a binary target.

    Args:
        column: A text column.
        target: The target; predictive words come with the rate of its positive class.
    """
    rows = np.flatnonzero(column.codes >= 0)
    sampled = len(rows) > MAX_ROWS
    if sampled:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, MAX_ROWS, replace=False))
    places = _places(column, rows)
    frequent = sorted(places, key=lambda word: (-len(places[word]), word))[:TOP]
    sample = {"rows": len(rows), "of": column.present, "seed": SEED} if sampled else None
    section: dict[str, Any] = {
        "frequent": [{"word": w, "rows": len(places[w])} for w in frequent],
        "sample": sample,
        **_languages(column, rows),
    }
    if target is not None and target.task == "binary":
        section["predictive"] = _predictive(places, rows, target)
    return section


def _languages(column: Column, rows: Any) -> dict[str, Any]:
    """Return the languages of at most a thousand rows, evenly spaced in the sample."""
    some = rows[:: max(1, -(-len(rows) // LANGUAGE_ROWS))]
    found = languages(column.labels[code][:MAX_TEXT] for code in column.codes[some])
    return {"languages": found, "language_rows": len(some)}


def _places(column: Column, rows: Any) -> dict[str, list[int]]:
    """Return for each word of enough rows the positions of these rows in the sample."""
    found: dict[str, list[int]] = defaultdict(list)
    labels = column.labels
    for place, code in enumerate(column.codes[rows]):
        for word in set(_WORD.findall(labels[code][:MAX_TEXT].lower())) - _COMMON:
            found[word].append(place)
    return {word: places for word, places in found.items() if len(places) >= MIN_ROWS}


def _predictive(places: dict[str, list[int]], rows: Any, target: Target) -> list[dict[str, Any]]:
    known, hits = target.codes[rows] >= 0, target.codes[rows] == target.positive
    if not places or not known.any():
        return []
    words = sorted(places)
    of = np.array([int(known[places[word]].sum()) for word in words])
    positive = np.array([int(hits[places[word]].sum()) for word in words])
    base = float(hits.sum() / known.sum())
    odd = log_likelihood_ratio(positive, of, np.array(base))
    best = [int(i) for i in np.argsort(-odd, kind="stable")[:TOP] if of[i] >= MIN_ROWS]
    entries = []
    for i in best:
        low, high = rate_interval(int(positive[i]), int(of[i]))
        rate = {"rate": figure(positive[i] / of[i]), "low": figure(low), "high": figure(high)}
        entries.append({"label": words[i], "rows": int(of[i]), **rate})
    return entries
