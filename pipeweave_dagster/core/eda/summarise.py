"""Summarise a data set to plain data: everything that the report shows."""

from pathlib import Path
from typing import Any

from pipeweave_dagster.core.columns.predictive_power import Power
from pipeweave_dagster.core.columns.row_times import row_times
from pipeweave_dagster.core.columns.sentinel_values import without_sentinels
from pipeweave_dagster.core.documents import DatasetSnapshot, SchemaDeduction
from pipeweave_dagster.core.eda.associations import associations
from pipeweave_dagster.core.eda.column_sections import (
    detail_limit,
    details,
    is_hidden,
    key_figures,
    most_predictive_first,
    with_details,
)
from pipeweave_dagster.core.eda.missing_section import missingness
from pipeweave_dagster.core.eda.report_options import ReportOptions
from pipeweave_dagster.core.eda.samples import sample_rows
from pipeweave_dagster.core.eda.table_sections import (
    duplicates,
    finding_entry,
    highlights,
    overview,
    target_section,
)
from pipeweave_dagster.core.eda.time_section import time_section
from pipeweave_dagster.core.eda.version_changes import since_last
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.run import inspect_case

FORMAT = 1
_RANK = {"blocked": 0, "alerted": 1, "fixed": 2}


def summarise(
    dataset: str,
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    options: ReportOptions,
) -> dict[str, Any]:
    """Return all figures of the report, JSON-ready (see `docs/reference/report.md`).

    Args:
        dataset: Name of the data set.
        snapshot: The typed table's description.
        schema: Meaning of its columns, and the target.
        data: The snapshot's Parquet file.
        options: Settings of the user (overrides mark the findings), and the previous version.
    """
    case = Case.of(snapshot, schema, data, options.settings, options.previous)
    columns, powers = case.table.columns, _powers(case)
    ranked = most_predictive_first(columns, powers)
    detailed = with_details(ranked, schema.target.name)
    all_findings = inspect_case(case).findings
    findings = [f for f in all_findings if f.state in _RANK]
    clock = row_times(columns)
    target = without_sentinels(case.table.target, columns)
    summary = {
        "format": FORMAT,
        "dataset": dataset,
        "overview": overview(snapshot, columns, case.duplicates),
        "rows": snapshot.rows,
        "columns": len(columns),
        "target": target_section(case),
        "findings": [
            finding_entry(f) for f in sorted(findings, key=lambda f: (_RANK[f.state], f.code))
        ],
        "details": [details(c, schema.column(c.name).distinct, target, powers) for c in detailed],
        "listed": [key_figures(c, powers) for c in columns],
        "associations": associations([c for c in ranked if not is_hidden(c)]),
        "missingness": missingness(columns, target, clock and clock[0]),
        "duplicates": duplicates(case, all_findings),
        "time": time_section(clock, target),
        "drift": since_last(case),
        "samples": sample_rows(columns, options.samples, is_hidden),
        "notes": [*snapshot.notes, *schema.notes, *detail_limit(columns, detailed)],
    }
    return {**summary, "highlights": highlights(summary)}


def _powers(case: Case) -> dict[str, Power]:
    try:
        return case.univariate_power
    except NotApplicableError:
        return {}
