"""How the columns of a table relate to its target, each measured once."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.class_contrast import (
    OrderStatistics,
    missing_counts,
    order_statistics,
)
from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.column import Column, Counts
from pipeweave_dagster.core.columns.predictive_power import (
    MAX_BINS,
    Power,
    binned,
    power,
    rank_correlation,
    split_halves,
)
from pipeweave_dagster.core.columns.sentinel_values import without_sentinels
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

ROWS_PER_BIN = 40
"""With fewer rows the target rate of a bin is mostly noise."""
NEAR_PERFECT_SKILL = 0.99
TREND = 0.95
"""Rank correlation of the target with the order of the rows from which on it is a trend."""
MIN_REVERSALS = 0.01
EASY_SKILL = 0.94
"""Where another column has more skill than this, the classes are well separated by nature."""
COPY_CORRELATION, COPY_PAIRS = 0.999, 1.05


class TargetMeasurements:
    """A table with its target; every measurement is computed on first use."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._separations: dict[str, OrderStatistics] = {}
        self._correlations: dict[str, float] = {}
        self._missingness_counts: dict[str, Counts] = {}

    @cached_property
    def target(self) -> Target:
        """The target, rows with a sentinel for missing left out (else NotApplicableError)."""
        target = without_sentinels(self.table.target, self.table.columns)
        if target is None:
            raise NotApplicableError("there is no target")
        if target.classes < 2:
            raise NotApplicableError("the target is constant")
        return target

    @cached_property
    def class_target(self) -> Target:
        """The target of a classification task (NotApplicableError if it is numeric)."""
        if self.target.task == "regression":
            raise NotApplicableError("the target is numeric")
        return self.target

    @cached_property
    def rows_by_target(self) -> NDArray[np.int64]:
        """The rows with a target, in the order of the target."""
        order = np.argsort(self.target.codes, kind="stable")
        return order[self.target.known[order]]

    @cached_property
    def candidate_predictors(self) -> list[Column]:
        """The columns that could leak: features and identifiers, without the target."""
        roles = {"feature", "identifier"}
        names = [i.name for i in self.table.infos if i.role in roles and i.name != self.target.name]
        return [self.table[name] for name in names]

    @cached_property
    def target_is_trend(self) -> bool:
        """Whether the target grows (or shrinks) over the rows with ups and downs, as over time.

        Without any, the rows are sorted by it.
        """
        known = self.target.codes[self.target.known]
        order = np.arange(len(known), dtype=np.int32)
        rho = rank_correlation(order, known)
        against = np.count_nonzero(np.diff(known) * np.sign(rho) < 0)
        return bool(abs(rho) >= TREND and against > MIN_REVERSALS * len(known))

    @cached_property
    def half_of_row(self) -> NDArray[np.int8]:
        """Shape (n,): 0 or 1, the fixed half of each row for two-fold cross-fitting."""
        return split_halves(self.table.rows)

    @cached_property
    def univariate_power(self) -> dict[str, Power]:
        """Predictive power of each candidate predictor on its own, out of sample."""
        return {column.name: self._power(column) for column in self.candidate_predictors}

    def _power(self, column: Column) -> Power:
        """Return the larger of the cross-fitted power of the bins and that of the mere order."""
        bins = max(8, min(MAX_BINS, self.table.rows // ROWS_PER_BIN))
        fitted = power(*binned(column, bins), self.target, self.half_of_row)
        if not column.ordered:
            return fitted
        numeric = self.target.task == "regression"
        ordered = self._rank_r2(column) if numeric else self.class_separation(column).skill
        return Power(fitted.metric, max(fitted.value, ordered))

    def _rank_r2(self, column: Column) -> float:
        """Return the squared rank correlation with a numeric target, times the share of values."""
        known = self.target.known
        share = ((column.codes >= 0) & known).sum() / max(1, known.sum())
        return self.rank_correlation(column) ** 2 * float(share)

    def rank_correlation(self, column: Column) -> float:
        """Return Spearman's rho of a column and the target, computed once."""
        if column.name not in self._correlations:
            self._correlations[column.name] = rank_correlation(column.codes, self.target.codes)
        return self._correlations[column.name]

    def best_other_skill(self, column: Column) -> float:
        """Return the highest skill of the other predictors, copies of the column left out.

        Leaks come in copies; other columns that are as strong show that the classes are easy.
        """
        return max(
            (
                power.skill
                for name, power in self.univariate_power.items()
                if name != column.name
                and (
                    power.skill < NEAR_PERFECT_SKILL or not self._is_copy(self.table[name], column)
                )
            ),
            default=0.0,
        )

    @staticmethod
    def _is_copy(column: Column, other: Column) -> bool:
        """Return whether two columns order or divide the rows alike."""
        if column.ordered and other.ordered:
            return abs(rank_correlation(column.codes, other.codes)) >= COPY_CORRELATION
        pairs = np.unique(column.codes.astype(np.int64) * (other.distinct + 1) + other.codes)
        return len(pairs) <= COPY_PAIRS * max(column.distinct, other.distinct)

    def class_separation(self, column: Column) -> OrderStatistics:
        """Return how well the order of an ordered column separates the classes."""
        if column.name not in self._separations:
            self._separations[column.name] = order_statistics(column, self.class_target)
        return self._separations[column.name]

    def counts_by_missingness(self, column: Column) -> Counts:
        """Return rows per class, shape (2, classes): where the column is present, and missing."""
        if column.name not in self._missingness_counts:
            self._missingness_counts[column.name] = missing_counts(column, self.class_target)
        return self._missingness_counts[column.name]
