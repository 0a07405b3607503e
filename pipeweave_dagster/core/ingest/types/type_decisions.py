"""The inferred type of a column, and the values that do not match a parser, over all rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_values, grouped
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

MAX_MISMATCHES = 1000
"""So many different mismatches of a column are known at most."""
_LISTED, _MOST_TEXT = 8, 40
_WHITESPACE = " \t\r\n\u00a0"


@dataclass(frozen=True)
class TypeDecision:
    """How one column is stored.

    Attributes:
        parser: The format of its values.
        null_tokens: Texts stored as missing, with their counts.
        mismatches: Texts that do not match; their rows are quarantined.
        note: What the user should know about the decision.
        doubt: What is doubtful about it, with the setting that decides.
        texts: Texts of the column with their counts, if it may be a target of classes and the file
            spells them its own way (see `spellings`).
        prepare: SQL that replaces unusual characters in `{v}`, the trimmed text, before the parser
            sees it.
        verified: The parser that all values but the null tokens and mismatches are known to match.
    """

    parser: Parser
    null_tokens: dict[str, int] = field(default_factory=dict)
    mismatches: dict[str, int] = field(default_factory=dict)
    note: str | None = None
    doubt: str | None = None
    texts: dict[str, int] | None = None
    prepare: str = "{v}"
    verified: Parser | None = None

    def text_sql(self, column: str) -> str:
        """Return the SQL of a column's text as the parser and the null tokens see it."""
        return self.prepare.replace("{v}", trimmed(column))

    def with_note(self, note: str, **changes: Any) -> "TypeDecision":
        """Return the decision with a further note, and other fields changed."""
        return replace(self, note=f"{self.note} {note}" if self.note else note, **changes)


def described_texts(texts: Mapping[str, int]) -> str:
    """Return texts with their counts for a note, the first few of many.

    Example:
        >>> described_texts({"BDL": 3, "<0.05": 1})
        "'BDL' (3), '<0.05' (1)"
    """
    listed = [f"{text[:_MOST_TEXT]!r} ({count})" for text, count in texts.items()]
    further = [f"and {counted(len(listed) - _LISTED, 'other')}"] if len(listed) > _LISTED else []
    return ", ".join(listed[:_LISTED] + further)


def trimmed(column: str) -> str:
    """Return the SQL of a column's text without surrounding whitespace, null if nothing is left.

    Texts that begin with a visible character and do not end in whitespace, nearly all, skip the
    costly trim: comparing the ends takes a fifth of its time.
    """
    ends = " OR ".join(f"suffix({column}, '{character}')" for character in _WHITESPACE)
    return (
        f"CASE WHEN {column} >= '!' AND NOT ({ends} OR prefix({column}, '\u00a0'))"
        f" THEN {column} ELSE nullif(trim({column}, '{_WHITESPACE}'), '') END"
    )


def count_mismatches(
    raw: RawTable, proposals: dict[int, tuple[str, Parser]], space: Workspace
) -> dict[int, dict[str, int]]:
    """Return for each column the values that its proposed parser does not match, with counts.

    Args:
        raw: The table as text.
        proposals: SQL of the trimmed text, over `v`, and the parser, by column index.
        space: DuckDB workspace.
    """
    mismatches: dict[int, dict[str, int]] = {i: {} for i in proposals}
    for (text, parser), columns in grouped(proposals).items():
        if parser is not TEXT:
            condition = f"NOT {parser.match_sql('v')}"
            cells = condition if text == trimmed("v") and ignores_ends(parser) else "true"
            mismatches |= counted_values(
                space, raw.table, columns, text, condition, MAX_MISMATCHES, cells
            )
    return mismatches


def ignores_ends(parser: Parser) -> bool:
    """Return whether a cell that matches as it is surely matches trimmed, and need not be."""
    known = parser.type in {"integer", "number", "boolean", "date"}
    return known and (parser.format or "") == (parser.format or "").strip()
