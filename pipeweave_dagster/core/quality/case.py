"""The input of every guardrail: the table, its schema and settings, and shared measurements."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.class_contrast import (
    OrderStatistics,
    missing_counts,
    order_statistics,
)
from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.column import Column, Counts
from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.columns.predictive_power import (
    MAX_BINS,
    Power,
    binned,
    power,
    rank_correlation,
    split_halves,
)
from pipeweave_dagster.core.columns.repeated_rows import Repeats, count_repeats
from pipeweave_dagster.core.columns.sentinel_values import without_sentinels
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    DriftReport,
    SchemaDeduction,
    SplitGap,
)
from pipeweave_dagster.core.quality.formulas.search import Search, search
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.schema.column_lookup import with_column_names

if TYPE_CHECKING:
    from pipeweave_dagster.core.schema.schema_diff import SchemaChange

ROWS_PER_BIN = 40
"""With fewer rows the target rate of a bin is mostly noise."""
MIN_ROWS_SHOWN = 5
"""A rarer value could identify a person, so messages hide it."""
NEAR_PERFECT_SKILL = 0.99
TREND = 0.95
"""Rank correlation of the target with the order of the rows from which on it is a trend."""
MIN_REVERSALS = 0.01
EASY_SKILL = 0.94
"""Where another column has more skill than this, the classes are well separated by nature."""
COPY_CORRELATION, COPY_PAIRS = 0.999, 1.05


class Case:
    """One version of a data set under inspection; every measurement is computed on first use."""

    def __init__(
        self,
        snapshot: DatasetSnapshot,
        schema: SchemaDeduction,
        table: Table,
        settings: DatasetSettings,
        previous: Version | None = None,
        data: Path | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.schema = schema
        self.table = table
        self.settings = settings
        self._previous = previous
        self._data = data
        self._separations: dict[str, OrderStatistics] = {}
        self._correlations: dict[str, float] = {}
        self._missingness_counts: dict[str, Counts] = {}
        self.proven_leaks: set[str] = set()
        """Columns that were blocked as leaks: where there is one, suspicions weigh more."""

    @classmethod
    def of(
        cls,
        snapshot: DatasetSnapshot,
        schema: SchemaDeduction,
        data: Path,
        settings: DatasetSettings,
        previous: Version | None = None,
    ) -> "Case":
        """Return the case of a stored snapshot, with the previous version if there is one."""
        named = with_column_names(settings, snapshot)
        return cls(snapshot, schema, Table(data, schema, named), named, previous, data)

    @property
    def previous(self) -> Version:
        """The previous version (NotApplicableError if there is none)."""
        if self._previous is None:
            raise NotApplicableError("there is no previous version to compare with")
        return self._previous

    @cached_property
    def schema_changes(self) -> list["SchemaChange"]:
        """Schema changes since the previous version."""
        from pipeweave_dagster.core.schema.schema_diff import compare_schemas

        old = self.previous
        return compare_schemas(old.meaning, old.snapshot, old.data, self.snapshot, self._file)

    @cached_property
    def drift(self) -> DriftReport:
        """Drift of features and target since the previous version; dates advance by nature."""
        from pipeweave_dagster.core.monitoring import measure_drift

        names = [
            info.name
            for info in self.table.infos
            if info.role in {"feature", "target"} and info.storage not in {"date", "datetime"}
        ]
        hidden = [info.name for info in self.table.infos if info.pii]
        return measure_drift("this version", self.previous.data, self._file, names, hidden=hidden)

    @property
    def _file(self) -> Path:
        if self._data is None:
            raise NotApplicableError("the table is not stored")
        return self._data

    @cached_property
    def duplicates(self) -> Repeats:
        """Counts of rows that repeat an earlier row."""
        return count_repeats(self.table.columns)

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
    def formulas(self) -> Search:
        """The formulas of other columns that give the target."""
        target = self.target
        return search(
            self.candidate_predictors, target, lambda code: self.display_value(target.column, code)
        )

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
    def split_gaps(self) -> list[SplitGap]:
        """What splits by time and by groups give, the one to split by first.

        Empty where the settings say how to split. Proven leaks and a declared `id`, whose rows stay
        together in any case, are left out.
        """
        from pipeweave_dagster.core.quality.structure.find_gaps import find_gaps
        from pipeweave_dagster.core.quality.structure.measured_once import measured_once

        split = self.settings.split
        if split.time or split.group or split.fold:
            return []
        left_out = {*self.proven_leaks, self.settings.id, self.target.name}

        def measure() -> list[SplitGap]:
            features = [c for c in self.table.features if c.name not in left_out]
            predictors = [c for c in self.candidate_predictors if c.name not in left_out]
            return find_gaps(features, predictors, self.target)

        columns = self.settings.model_dump_json(include={"columns", "target"})
        facts = (
            str(self._data or id(self.table)),
            self.schema.sha256,
            columns,
            str(sorted(map(str, left_out))),
        )
        gaps = list(measured_once(facts, measure))
        if gaps and gaps[0].significant and not split.random:
            gaps[0] = gaps[0].model_copy(update={"used": True})
        return gaps

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

    def display_value(self, column: Column, code: int) -> str:
        """Return a value as messages may show it: sensitive and rare values are hidden."""
        if code < 0:
            return "missing"
        if column.info.pii or column.counts[code] < MIN_ROWS_SHOWN:
            return "(hidden)"
        return f"'{column.labels[code][:60]}'"
