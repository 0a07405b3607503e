"""Resolve dates whose day and month are interchangeable, by evidence of other rows or columns.

The evidence, in this order: another column that can be read in one order only; then what holds in
one order only (see `calendar_evidence`). What holds in both orders, or in none, proves nothing.
"""

from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.calendar_evidence import EVIDENCE
from pipeweave_dagster.core.ingest.types.column_types import column_type_setting, quoted
from pipeweave_dagster.core.ingest.types.date_parsers import swap_day_and_month
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision, count_mismatches
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser


def resolve_ambiguous_dates(
    raw: RawTable, values: dict[int, str], decisions: dict[int, TypeDecision], space: Workspace
) -> dict[int, TypeDecision]:
    """Resolve each ambiguous date column by the order that another column proves, else as text.

    Args:
        raw: The table as text.
        values: SQL of each column's trimmed text, over `v`, by column index.
        decisions: Types inferred so far, by column index; changed in place.
        space: DuckDB workspace.
    """
    both = {i: swap_day_and_month(decision.parser) for i, decision in decisions.items()}
    swapped = {i: parser for i, parser in both.items() if parser is not None}
    mismatches = count_mismatches(raw, {i: (values[i], p) for i, p in swapped.items()}, space)
    proven = {(decisions[i].parser.format or "")[:2] for i in swapped if mismatches[i]}
    ambiguous = {i: parser for i, parser in swapped.items() if not mismatches[i]}
    evidence: dict[int, dict[str, list[Parser]]] = {i: {} for i in ambiguous}
    for parsers in ({i: decisions[i].parser for i in ambiguous}, ambiguous):
        readings = {i: (values[i], parser) for i, parser in parsers.items()}
        for name, find in EVIDENCE.items():
            for i in find(raw, readings, space):
                evidence[i].setdefault(name, []).append(parsers[i])
    for i, parser in ambiguous.items():
        decisions[i] = _resolve(decisions[i], parser, proven, evidence[i], raw.names[i])
    return decisions


def _resolve(
    decision: TypeDecision,
    swapped: Parser,
    proven: set[str],
    evidence: dict[str, list[Parser]],
    name: str,
) -> TypeDecision:
    parser = decision.parser
    alike = [p for p in (parser, swapped) if (p.format or "")[:2] in proven]
    for reason, fitting in {"like another column": alike, **evidence}.items():
        if len(fitting) == 1:
            chosen = fitting[0]
            note = f"Day and month are interchangeable; read as {chosen.format}, {reason}."
            return replace(decision, parser=chosen, note=note)
    first, second = column_type_setting(parser), column_type_setting(swapped)
    return TypeDecision(
        TEXT,
        note=f"Ambiguous date: {parser.format} and {swapped.format} both match every value, so "
        "the column was kept as text. Set its format in pipeweave.yaml: columns: "
        f"{{{quoted(name)}: {{type: '{first}'}}}}, or '{second}'.",
    )
