"""The input of every guardrail: the table, its schema and settings, and shared measurements."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.columns.repeated_rows import Repeats, count_repeats
from pipeweave_dagster.core.columns.sum_rows import sum_rows
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    DriftReport,
    SchemaDeduction,
    SplitGap,
)
from pipeweave_dagster.core.quality.formulas.search import Search, search
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.target_measurements import TargetMeasurements
from pipeweave_dagster.core.schema.column_lookup import with_column_names

if TYPE_CHECKING:
    from pipeweave_dagster.core.schema.schema_diff import SchemaChange

MIN_ROWS_SHOWN = 5
"""A rarer value could identify a person, so messages hide it."""


class Case(TargetMeasurements):
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
        super().__init__(table)
        self.snapshot = snapshot
        self.schema = schema
        self.settings = settings
        self._previous = previous
        self._data = data
        self.proven_leaks: set[str] = set()
        """Columns that were blocked as leaks: where there is one, suspicions weigh more."""
        self.sums: list[int] = []
        """Rows of the file, from 0, that are sums of rows above them; left out of the table."""

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
        sums = sum_rows(data)
        table = Table(data, schema, named, sums if settings.totals == "leave_out" else ())
        case = cls(snapshot, schema, table, named, previous, data)
        case.sums = sums
        return case

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
    def formulas(self) -> Search:
        """The formulas of other columns that give the target."""
        target = self.target
        return search(
            self.candidate_predictors, target, lambda code: self.display_value(target.column, code)
        )

    @cached_property
    def split_gaps(self) -> list[SplitGap]:
        """Score gaps of splits by time and by groups, the one to split by first.

        Empty where the settings say how to split. Proven leaks and a declared `id`, whose rows stay
        together in any case, are left out.
        """
        from pipeweave_dagster.core.quality.measured_once import measured_once
        from pipeweave_dagster.core.quality.structure.find_gaps import find_gaps

        split = self.settings.split
        if split.time or split.group or split.fold:
            return []
        left_out = {*self.proven_leaks, self.settings.id, self.target.name}

        def measure() -> list[SplitGap]:
            features = [c for c in self.table.features if c.name not in left_out]
            predictors = [c for c in self.candidate_predictors if c.name not in left_out]
            return find_gaps(features, predictors, self.target)

        columns = self.settings.model_dump_json(include={"columns", "target", "totals"})
        table = self._stored_table
        facts = table and (*table, columns, str(sorted(map(str, left_out))))
        gaps = list(measured_once("gaps", facts, measure))
        if gaps and gaps[0].significant and not split.random:
            gaps[0] = gaps[0].model_copy(update={"used": True})
        return gaps

    @property
    def facts(self) -> tuple[str, ...]:
        """All that decides the findings; empty if the table is not stored."""
        if not self._stored_table:
            return ()
        before = self._previous.model_dump_json() if self._previous else ""
        return (*self._stored_table, self.settings.model_dump_json(), before)

    @cached_property
    def _stored_table(self) -> tuple[str, ...]:
        if self._data is None:
            return ()
        state = self._data.stat()
        file = f"{self._data} {state.st_size} {state.st_mtime_ns}"
        return file, self.snapshot.sha256, self.schema.sha256

    def display_value(self, column: Column, code: int) -> str:
        """Return a value as messages may show it: sensitive and rare values are hidden."""
        if code < 0:
            return "missing"
        if column.info.pii or column.counts[code] < MIN_ROWS_SHOWN:
            return "(hidden)"
        return f"'{column.labels[code][:60]}'"
