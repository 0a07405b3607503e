"""Searches formulas that give the class: by thresholds, comparisons, or one value per class."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.formulas.class_constants import constants_by_class
from pipeweave_dagster.core.quality.formulas.class_pairs import pair_scores
from pipeweave_dagster.core.quality.formulas.class_statement import statement
from pipeweave_dagster.core.quality.formulas.class_sums import sum_scores
from pipeweave_dagster.core.quality.formulas.confirm import BITS_OF_PROOF
from pipeweave_dagster.core.quality.formulas.equality import equality_scores
from pipeweave_dagster.core.quality.formulas.formula import SUSPICION, Formula
from pipeweave_dagster.core.quality.formulas.rows import MIN_ROWS, SplitRows
from pipeweave_dagster.core.quality.formulas.score import Score, is_unique, many_more
from pipeweave_dagster.core.quality.formulas.space import Space
from pipeweave_dagster.core.quality.formulas.terms import Term
from pipeweave_dagster.core.quality.formulas.thresholds import Codes, Segments, segments

MIN_TESTED = 0.3
MIN_SECOND_CLASS = 20
MAX_SECOND_WRONG = 0.05
MAX_SECOND_WRONG_OF_COMPARISON = 0.15
"""A comparison has no number that could be fitted."""
BINS = 8
MAX_LEVELS = 60
VARIED_ROWS = 20_000
MUCH_MORE = 4
"""Where all rows are that many times those for finding, it pays to ask the latter first."""


def class_formulas(
    space: Space,
    columns: Sequence[Column],
    target: Target,
    rows: SplitRows,
    show: Callable[[int], str],
) -> Iterator[Formula]:
    """Yield confirmed formulas that give the class.

    Args:
        space: Terms.
        columns: All columns that may leak.
        target: The target.
        rows: Rows for finding and confirming.
        show: Returns the text of a class for messages.
    """
    if sorted(target.counts)[-2] < MIN_SECOND_CLASS:
        return
    left = remaining_bits(columns, target.codes, rows, target.classes)
    terms = [t for t in space.numbers if t.unit != "derived"]
    for score in _scores(space, columns, target, rows):
        found = _confirmed(score, target, rows, left)
        if found is not None and _beats_single(found, score, terms, target, rows):
            yield _formula(found, score, target, rows, left, show)
    yield from constants_by_class(terms, target, rows)


def remaining_bits(columns: Sequence[Column], codes: Codes, rows: SplitRows, classes: int) -> float:
    """Return the bits per row that the class still costs beside the best single column.

    A formula must save more than an honest strong column does. Columns of numbers are cut into
    eight parts; takes O(rows * columns).
    """
    at = rows.finding
    labels = codes[at]
    best = _entropy(np.bincount(labels, minlength=classes)[None, :])
    for column in columns:
        parts = column.codes[at]
        if column.distinct > MAX_LEVELS:
            if not column.ordered:
                continue
            edges = (
                np.quantile(parts[parts >= 0], np.linspace(0, 1, BINS + 1)[1:-1])
                if (parts >= 0).any()
                else [0]
            )
            parts = np.where(parts >= 0, np.searchsorted(edges, parts, side="right"), -1)
        table = np.zeros((int(parts.max()) + 2, classes))
        np.add.at(table, (parts + 1, labels), 1)
        best = min(best, _entropy(table))
    return best


def _scores(
    space: Space, columns: Sequence[Column], target: Target, rows: SplitRows
) -> Iterator[Score]:
    codes, finding = target.codes, rows.finding
    yield from pair_scores(space.numbers, codes, finding, target.classes)
    if target.classes == 2:
        yield from sum_scores([*space.numbers, *space.derived], codes, finding)
        yield from equality_scores(columns)


def _confirmed(score: Score, target: Target, rows: SplitRows, left: float) -> Segments | None:
    """Return the ranges on all rows if their exceptions are few and no chance explains them."""
    if _fails_on_some(score, target, rows):
        return None
    found = segments(score.compute(rows.all), target.codes[rows.all], target.classes)
    if found is None or found.rows < max(MIN_ROWS, MIN_TESTED * len(rows.all)):
        return None
    compares = score.compares is not None and found.compares
    if found.exceptions > _most_exceptions(found, compares, target):
        return None
    if not (compares or found.sharp):
        return None
    if _saved(found, score, left) < BITS_OF_PROOF:
        return None
    some = rows.all[:: max(1, len(rows.all) // VARIED_ROWS)]
    part = segments(score.compute(some), target.codes[some], target.classes)
    return found if part and is_unique(score, target.codes, some, part) else None


def _most_exceptions(found: Segments, compares: bool, target: Target) -> float:
    second = sorted(target.counts)[-2] * found.rows / int(target.counts.sum())
    most = MAX_SECOND_WRONG_OF_COMPARISON if compares else MAX_SECOND_WRONG
    return float(min(SUSPICION * found.rows, most * second))


def _fails_on_some(score: Score, target: Target, rows: SplitRows) -> bool:
    """Return whether the rows for finding alone rule the score out, as they do most of them.

    Ranges that fit all rows with few enough exceptions have more than five standard deviations
    above their share in a random sample once in a million; the best ranges of the sample have
    fewer still.
    """
    if len(rows.all) < MUCH_MORE * len(rows.finding):
        return False
    found = segments(score.compute(rows.finding), target.codes[rows.finding], target.classes)
    if found is None or len(found.order) < np.count_nonzero(target.counts):
        return False
    most = _most_exceptions(found, score.compares is not None, target)
    return bool(found.exceptions > most + 5 * np.sqrt(most) + 5)


def _saved(found: Segments, score: Score, left: float) -> float:
    cuts = 0.0 if found.compares else len(found.cuts) * np.log2(found.rows)
    return float(left * found.rows - found.exceptions * np.log2(found.rows) - score.bits - cuts)


def _beats_single(
    found: Segments, score: Score, terms: list[Term], target: Target, rows: SplitRows
) -> bool:
    """Return whether each column of the formula alone has many more exceptions."""
    enough = many_more(score, found, sorted(target.counts)[-2])
    for term in terms:
        if set(term.columns) <= set(score.columns):
            alone = segments(term.compute(rows.all), target.codes[rows.all], target.classes)
            if alone and alone.exceptions < enough:
                return False
    return True


def _formula(
    found: Segments,
    score: Score,
    target: Target,
    rows: SplitRows,
    left: float,
    show: Callable[[int], str],
) -> Formula:
    unseen = round(found.rows * rows.unseen / len(rows.all))
    allowed = target.exceptions_allowed * found.rows / int(target.counts.sum())
    return Formula(
        columns=score.columns,
        statement=statement(score, found, target, show),
        expression=score.text,
        exceptions=found.exceptions,
        rows=found.rows,
        unseen=unseen,
        bits_saved=_saved(found, score, left),
        proof=found.exceptions <= allowed and unseen >= MIN_ROWS // 2,
    )


def _entropy(table: np.ndarray) -> float:
    """Return the bits per row of classes within parts, with half a row added to each count."""
    rows = table.sum()
    smooth = table + 0.5 * (table.sum(1, keepdims=True) > 0)
    shares = smooth / np.maximum(smooth.sum(1, keepdims=True), 1e-9)
    bits = -(table * np.log2(np.maximum(shares, 1e-12))).sum()
    return float(bits / max(1.0, rows))
