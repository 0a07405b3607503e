"""Complete the decisions on types: centuries, scales, normal forms, and notes for the user."""

import re
from collections import Counter
from dataclasses import replace

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.bounded_numbers import BOUNDED_NUMBERS, note_on_bounds
from pipeweave_dagster.core.ingest.types.bounds import note_on_lower_bounds
from pipeweave_dagster.core.ingest.types.lost_digits import (
    FLOAT_DIGITS,
    exceeds_float,
    lost_digits,
)
from pipeweave_dagster.core.ingest.types.number_codes import code_note
from pipeweave_dagster.core.ingest.types.percent_scale import resolve_percentages
from pipeweave_dagster.core.ingest.types.resolve_centuries import resolve_centuries
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_rows
from pipeweave_dagster.core.ingest.types.strptime_parsers import ZONED, moved_times_note
from pipeweave_dagster.core.ingest.types.text_forms import normalise_texts
from pipeweave_dagster.core.ingest.types.text_notes import KEPT, note_on_texts
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision
from pipeweave_dagster.core.ingest.types.value_parsers import LONG_NUMBER, NUMBER, TEXT, Parser
from pipeweave_dagster.core.model.null_tokens import is_null_among_values

_FINER = "regexp_matches(v, '[.][0-9]{6}[0-9]*[1-9]')"
_LARGE = re.compile("[+-]?[1-9][0-9]{15,}")


def refine_decisions(
    raw: RawTable,
    values: dict[int, str],
    decisions: dict[int, TypeDecision],
    samples: dict[int, Counter[str]],
    space: Workspace,
) -> dict[int, TypeDecision]:
    """Return the decisions with centuries, scales and text forms resolved, and their notes.

    Args:
        raw: The table as text.
        values: SQL of each column's text as its parser sees it, over `v`, by column index.
        decisions: Types inferred so far, by column index.
        samples: Values with counts of each column whose type is inferred.
        space: DuckDB workspace.
    """
    decisions = decisions | resolve_centuries(raw, values, decisions, space)
    decisions |= resolve_percentages(raw, values, decisions, space)
    decisions |= normalise_texts(raw, values, decisions, space)
    fine = {i: values[i] for i, d in decisions.items() if "%f" in (d.parser.format or "")}
    cut = counted_rows(space, raw.table, fine, _FINER)
    refined = {}
    for i, decision in decisions.items():
        sample = samples.get(i, Counter())
        name = raw.names[i] if i < len(raw.names) else ""
        explained = (decision.note or "").startswith(KEPT)
        note = None if explained else sample_note(decision.parser, sample, name)
        if i in cut:
            note = " ".join(
                [*filter(None, [note]), f"{counted(cut[i], 'time')} cut to microseconds."]
            )
        noted = decision.with_note(note) if note else decision
        lost = lost_digits(decision.parser, sample)
        refined[i] = replace(noted, doubt=lost) if lost else noted
    return refined


def sample_note(parser: Parser, sample: Counter[str], name: str = "") -> str | None:
    """Return what a sample shows that the user should know of the type; None if nothing."""
    if parser is TEXT and sample:
        return _note_on_text_column(sample, name)
    if parser.unit is not None:
        return note_on_lower_bounds(parser.unit, sample)
    if parser in BOUNDED_NUMBERS:
        return note_on_bounds(sample)
    if ZONED in (parser.format or ""):
        return moved_times_note(sample)
    if parser in {NUMBER, LONG_NUMBER} and any(map(exceeds_float, sample)):
        return f"Numbers with more than {FLOAT_DIGITS} digits are rounded to the nearest float."
    return None


def _note_on_text_column(sample: Counter[str], name: str) -> str | None:
    codes = code_note([v for v in sample if not is_null_among_values(v)], name)
    if codes:
        return codes
    large = next((v for v in sample if _LARGE.fullmatch(v)), None)
    if large is None or not all(map(LONG_NUMBER.matches, sample)):
        return note_on_texts(sample)
    return (
        "Whole numbers beyond 64 bits are kept as text, so that no digit is lost"
        if len(large.lstrip("+-")) > 18
        else "Whole numbers too large for a float beside fractions are kept as text"
    ) + "."
