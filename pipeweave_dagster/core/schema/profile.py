# ruff: noqa: S608 - names in SQL are quoted by `identifier` and `literal`, which double the quotes
"""Profile every column: the figures and sample values from which its meaning is deduced."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipeweave_dagster.core.documents import DatasetSnapshot, SnapshotColumn, StorageType
from pipeweave_dagster.core.ingest.workspace import identifier, literal

_TOP = 50
_COLUMNS_A_QUERY = 40


@dataclass(frozen=True)
class ColumnProfile:
    """Figures of one column. Lengths are in characters; words are parted by blanks.

    `top` holds the commonest values as text with their counts, `spread` distinct values from all
    over the column. `rising`: whole numbers that count the rows one by one, in any order.
    """

    name: str
    storage: StorageType
    rows: int
    missing: int
    distinct: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None
    mean_length: float = 0.0
    max_length: int = 0
    mean_words: float = 0.0
    top: dict[str, int] = field(default_factory=dict)
    spread: tuple[str, ...] = ()
    whole: bool = False
    rising: bool = False
    unit: str | None = None

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def uniqueness(self) -> float:
        """Distinct values over rows with a value."""
        return self.distinct / self.filled if self.filled else 0.0


def profile(snapshot: DatasetSnapshot, data: Path) -> list[ColumnProfile]:
    """Profile all columns in a few scans of the Parquet file."""
    with duckdb.connect(config={"memory_limit": "1GB", "threads": 2}) as db:
        db.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet({literal(str(data))})")
        figures: list[tuple[Any, ...]] = []
        for start in range(0, len(snapshot.columns), _COLUMNS_A_QUERY):
            part = snapshot.columns[start : start + _COLUMNS_A_QUERY]
            row = db.execute(f"SELECT {', '.join(_figures(c) for c in part)} FROM t").fetchall()[0]
            figures += [row[i : i + 9] for i in range(0, len(row), 9)]
        return [
            _profile(db, column, snapshot.rows, values)
            for column, values in zip(snapshot.columns, figures, strict=True)
        ]


def text_sql(column: SnapshotColumn) -> str:
    """SQL of a column's values as the text that people see (whole numbers without `.0`)."""
    name = identifier(column.name)
    if column.type == "number":
        return f"regexp_replace(CAST({name} AS VARCHAR), '\\.0$', '')"
    return f"CAST({name} AS VARCHAR)"


def _figures(column: SnapshotColumn) -> str:
    name, text = identifier(column.name), text_sql(column)
    number = "NULL"
    if column.type in {"integer", "number"}:
        number = f"CAST({name} AS DOUBLE)"
    whole = f"bool_and({name} = floor({name}))" if column.type == "number" else "false"
    words = (
        f"avg(length({text}) - length(replace({text}, ' ', '')) + 1)"
        if column.type == "text"
        else "1"
    )
    return (
        f"count({name}), count(DISTINCT {name}), min({number}), max({number}), avg({number}),"
        f" stddev_samp({number}), avg(length({text})), max(length({text})), ({whole}, {words})"
    )


def _profile(
    db: duckdb.DuckDBPyConnection, column: SnapshotColumn, rows: int, figures: tuple[Any, ...]
) -> ColumnProfile:
    filled, distinct, low, high, mean, std, length, longest, (whole, words) = figures
    name, text = identifier(column.name), text_sql(column)
    top = db.execute(
        f"SELECT left({text}, 300) AS v, count(*) AS n FROM t WHERE {name} IS NOT NULL"
        f" GROUP BY 1 ORDER BY n DESC, v LIMIT {_TOP}"
    ).fetchall()
    step = max(1, rows // 400)
    spread = db.execute(
        f"SELECT DISTINCT left({text}, 300) AS v FROM (SELECT * FROM t WHERE {name} IS NOT NULL)"
        f" WHERE hash({name}) % {step} = 0 ORDER BY v LIMIT 200"
    ).fetchall()
    return ColumnProfile(
        name=column.name,
        storage=column.type,
        rows=rows,
        missing=rows - filled,
        distinct=distinct,
        low=low,
        high=high,
        mean=mean,
        std=std,
        mean_length=float(length or 0),
        max_length=int(longest or 0),
        mean_words=float(words or 0),
        top={str(v): int(n) for v, n in top},
        spread=tuple(str(v) for (v,) in spread),
        whole=bool(whole) or column.type == "integer",
        rising=column.type == "integer"
        and rows >= 5
        and filled == rows == distinct
        and high - low == rows - 1,
        unit=column.unit,
    )
