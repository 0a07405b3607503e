"""Find the columns by which rows are structured, and measure what that means for the score."""

from collections.abc import Callable

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.documents import SplitGap
from pipeweave_dagster.core.pace import Pace, work_clock
from pipeweave_dagster.core.quality.structure.candidates import (
    Candidate,
    group_candidates,
    time_candidates,
)
from pipeweave_dagster.core.quality.structure.paired_gap import Tested, tested_gap
from pipeweave_dagster.core.quality.structure.probe_rows import probe_rows
from pipeweave_dagster.core.quality.structure.split_folds import (
    Outputs,
    forward_outputs,
    group_outputs,
)

LIMIT_S = 10.0
"""All columns together get so many seconds of work, whatever the budget of the training is and
whatever else the machine does: the same table gets the same finding. Rows and columns are bounded
as well."""
SIMILAR = 0.8
"""Share of the largest gap from which on another column divides the rows nearly as well."""
_DIGITS = 4


def find_gaps(
    features: list[Column],
    predictors: list[Column],
    target: Target,
    now: Callable[[], float] | None = None,
) -> list[SplitGap]:
    """Return the gap of each candidate, the one to split by first.

    The result does not depend on the order of the rows.

    Args:
        features: Columns that a model may read, without proven leaks.
        predictors: The same and the identifiers.
        target: The target.
        now: The clock, in seconds; by default that of the work of this thread.
    """
    now = now or work_clock()
    candidates = [*time_candidates(features), *group_candidates(predictors, features, target)]
    pace = Pace(now() + LIMIT_S, now)
    found: list[tuple[Candidate, SplitGap]] = []
    for candidate in candidates:
        if not pace.fits():
            break
        outputs = _outputs(candidate, features, target)
        tested = tested_gap(outputs) if outputs else None
        if outputs and tested:
            found.append((candidate, _gap(candidate, tested, len(outputs.cluster))))
    return _best_first(found)


def _best_first(found: list[tuple[Candidate, SplitGap]]) -> list[SplitGap]:
    """Sort by significance and size; of similar gaps, the column that explains most comes first.

    The number of pupils of a school divides the rows like the school itself.
    """
    largest = max((gap.gap for _, gap in found if gap.significant), default=0.0)

    def key(entry: tuple[Candidate, SplitGap]) -> tuple[bool, bool, float, int, float]:
        candidate, gap = entry
        similar = gap.significant and gap.gap >= SIMILAR * largest
        weight = candidate.strength if similar else 0.0
        return not gap.significant, not similar, -weight, -candidate.column.distinct, -gap.gap

    return [gap for _, gap in sorted(found, key=key)]


def _outputs(candidate: Candidate, features: list[Column], target: Target) -> Outputs | None:
    column = candidate.column
    by_group = candidate.kind == "group"
    data = probe_rows(features, target, column.codes if by_group else None)
    if data is None:
        return None
    codes = column.codes[data.rows]
    if not by_group:
        dated = np.flatnonzero(codes >= 0)
        return forward_outputs(data.part(dated), codes[dated])
    hidden = data.without(column.name)
    if not hidden.names:
        return None
    return group_outputs(data if candidate.is_feature else hidden, hidden, codes)


def _gap(candidate: Candidate, tested: Tested, rows: int) -> SplitGap:
    figures = ("random", "honest", "gap", "low", "high")
    return SplitGap(
        kind=candidate.kind,
        column=candidate.column.name,
        metric=tested.metric,
        rows=rows,
        significant=tested.significant,
        **{name: round(float(getattr(tested, name)), _DIGITS) for name in figures},
    )
