"""Two columns of texts that are equal in one class only."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.formulas.score import Score
from pipeweave_dagster.core.quality.formulas.terms import Rows, quoted

MAX_COLUMNS = 40
MAX_LABELS = 20_000
MIN_SHARED = 2


def equality_scores(columns: Sequence[Column]) -> Iterator[Score]:
    """Yield, for each two columns with shared texts, 1 where the texts differ, else 0."""
    texts = [c for c in columns if c.numbers is None and 2 <= c.distinct <= MAX_LABELS]
    texts = sorted(texts, key=lambda c: c.distinct)[:MAX_COLUMNS]
    labels = [{label.strip().casefold(): i for i, label in enumerate(c.labels)} for c in texts]
    for i, first in enumerate(texts):
        for j in range(i + 1, len(texts)):
            shared = labels[i].keys() & labels[j].keys()
            if len(shared) >= max(MIN_SHARED, 0.2 * min(len(labels[i]), len(labels[j]))):
                yield _differs(first, texts[j], labels[j])


def _differs(first: Column, second: Column, labels: dict[str, int]) -> Score:
    other = np.array([labels.get(text.strip().casefold(), -2) for text in first.labels] + [-1])

    def compute(rows: Rows) -> np.ndarray:
        one, two = first.codes[rows], second.codes[rows]
        differs = (other[one] != two).astype(np.float64)
        return np.where((one < 0) | (two < 0), np.nan, differs)

    text = f"{quoted(first.name)} differs from {quoted(second.name)}"
    return Score((first.name, second.name), text, compute, 12.0, compares=(text, ""))
