# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""What was decided on a column, and what in it stands against a form: counted on every row."""

from dataclasses import dataclass, field

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

COLUMNS_A_QUERY = 60
_MISFITS_SHOWN = 1000
_BLANKS = " \t\r\n\u00a0"


@dataclass(frozen=True)
class Decision:
    """How one column is stored.

    Attributes:
        parser: The form of its values.
        null_tokens: Texts that are stored as missing, with their counts.
        misfits: Texts that fit nothing; their rows go to quarantine.
        note: What a person should know about the decision.
    """

    parser: Parser
    null_tokens: dict[str, int] = field(default_factory=dict)
    misfits: dict[str, int] = field(default_factory=dict)
    note: str | None = None


def trimmed(column: str) -> str:
    """SQL: the text of a column without blanks around, null when nothing is left.

    Texts that begin with a visible sign and end with no blank, nearly all, are spared the costly
    trim: comparing ends takes a fifth of its time.
    """
    blanks = [f"suffix({column}, '{blank}')" for blank in _BLANKS]
    return (
        f"CASE WHEN {column} >= '!' AND NOT ({' OR '.join(blanks)} OR prefix({column}, '\u00a0'))"
        f" THEN {column} ELSE nullif(trim({column}, '{_BLANKS}'), '') END"
    )


def misfits_of(
    raw: RawTable, todo: dict[int, tuple[str, Parser]], space: Workspace
) -> dict[int, dict[str, int]]:
    """For each column the values outside its proposed form, with counts, over the whole table."""
    found: dict[int, dict[str, int]] = {i: {} for i in todo}
    items = [(i, v, p) for i, (v, p) in todo.items() if p is not TEXT]
    for start in range(0, len(items), COLUMNS_A_QUERY):
        part = items[start : start + COLUMNS_A_QUERY]
        # Each text is cleaned once and then named: see `casting` for what it costs otherwise.
        cleaned = ", ".join(f"{v} AS v{i}" for i, v, _ in part)
        counts = ", ".join(
            f"count(*) FILTER (v{i} IS NOT NULL AND NOT {p.fits_sql(f'v{i}')})" for i, _, p in part
        )
        row = space.one(f"SELECT {counts} FROM (SELECT {cleaned} FROM {raw.table})")
        for (i, v, p), count in zip(part, row, strict=True):
            if count:
                found[i] = _listed(raw, v, p, space)
    return found


def _listed(raw: RawTable, value: str, parser: Parser, space: Workspace) -> dict[str, int]:
    rows = space.rows(
        f"SELECT v, count(*) FROM (SELECT {value} AS v FROM {raw.table}) WHERE v IS NOT NULL"
        f" AND NOT {parser.fits_sql('v')} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MISFITS_SHOWN}"
    )
    return {str(v): int(n) for v, n in rows}
