"""How often generated tables are read with their header and every row.

    python benchmarks/layouts.py [FIRST_SEED] [SEEDS]

Each seed makes a table of one to nine columns and 3 to 500 rows: numbers, dates, times, categories,
names, texts with commas, lists; cells missing anywhere, also in the whole first rows; with and
without a header; four delimiters, three ways of quoting. A table without a header is ambiguous
where its first row would do as names, so both kinds are counted apart.
"""

import argparse
import csv
import io
import random
import tempfile
from collections import Counter
from pathlib import Path

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest

FIRST = [
    "Anna", "Ben", "Carla", "Dora", "Emil", "Finn", "Gina", "Hugo", "Ida", "Jan", "Kim", "Leo",
    "Mia", "Nina", "Otto", "Paul", "Rita", "Sven",
]  # fmt: skip
CITY = ["Bern", "Ulm", "New York", "Bad Ems", "Rome", "Oslo", "San Jose", "Lyon", "Nice"]
NAMES = [
    "id", "name", "age", "city", "price", "qty", "date", "start_date", "total", "score",
    "is_active", "code", "group", "type", "region", "country", "email", "url", "notes", "weight",
    "height", "year", "x1", "x2", "var_a", "Sales", "Amount", "CustomerID", "OrderDate",
]  # fmt: skip
KINDS = {
    "whole": lambda r, _: str(r.randint(0, 5000)),
    "decimal": lambda r, _: f"{r.uniform(-50, 500):.2f}",
    "number": lambda _, i: str(i + 1),
    "date": lambda r, _: f"20{r.randint(10, 24)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
    "category": lambda r, _: r.choice(["red", "green", "blue"]),
    "name": lambda r, _: f"{r.choice(FIRST)} {r.choice(FIRST)}son",
    "city": lambda r, _: r.choice(CITY),
    "flag": lambda r, _: r.choice(["yes", "no"]),
    "code": lambda r, _: f"{r.choice('ABCDE')}{r.randint(100, 999)}",
    "text": lambda r, _: " ".join(r.choice(FIRST).lower() for _ in range(r.randint(2, 9))),
    "pair": lambda r, _: f"{r.choice(CITY)}, {r.choice(CITY)}",
    "list": lambda r, _: ";".join(r.sample(["a1", "b2", "c3", "d4"], r.randint(1, 4))),
    "time": lambda r, _: f"2023-0{r.randint(1, 9)}-1{r.randint(0, 9)} 10:3{r.randint(0, 9)}:00",
    "boolean": lambda r, _: r.choice(["True", "False"]),
    "zero or one": lambda r, _: r.choice("01"),
}
QUOTING = [csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]


def table(r: random.Random) -> tuple[list[str] | None, list[list[str]]]:
    """Return names (None without a header) and rows."""
    count, width = r.choice([3, 5, 8, 15, 40, 120, 500]), r.randint(1, 9)
    columns = [[KINDS[kind](r, i) for i in range(count)] for kind in r.choices([*KINDS], k=width)]
    share, token = r.choice([0, 0, 0.05, 0.3]), r.choice(["", "", "NA", "?", "-", "N/A", "null"])
    first = r.randint(1, max(1, min(5, count // 3))) if r.random() < 0.25 and width > 2 else 0
    for column in columns[1:]:
        lag = r.randint(1, 3) if r.random() < 0.15 and count > 8 else 0
        for i in range(count):
            if i < max(first, lag) or r.random() < share:
                column[i] = token
    names = r.sample(NAMES, width) if r.random() < 0.8 else None
    return names, [list(row) for row in zip(*columns, strict=True)]


def is_read(names: list[str] | None, rows: list[list[str]], r: random.Random, out: Path) -> bool:
    """Write the table, read it, and compare header and number of rows."""
    text = io.StringIO(newline="")
    delimiter, end = r.choice([",", ",", ",", ";", "\t", "|"]), r.choice(["\n", "\r\n"])
    writer = csv.writer(text, delimiter=delimiter, quoting=r.choice(QUOTING), lineterminator=end)
    writer.writerows([*([names] if names else []), *rows])
    file = out / "table.csv"
    file.write_text(text.getvalue(), newline="")
    upload = RawFile(name="table.csv", sha256="0" * 64, size_bytes=file.stat().st_size)
    try:
        snapshot = ingest(RawUpload(dataset="t", files=[upload]), [file], out)
    except PipeWeaveError:
        return False
    found = [column.original_name for column in snapshot.columns]
    filled = sum(any(row) for row in rows)
    return found == (names or [""] * len(rows[0])) and snapshot.rows_read == filled


def main() -> None:
    """Print the share of tables that are read right, by kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("seeds", type=int, nargs="?", default=400)
    options = parser.parse_args()
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for seed in range(options.first, options.first + options.seeds):
        r = random.Random(seed)
        names, rows = table(r)
        columns = "one column" if len(rows[0]) == 1 else "more columns"
        kind = f"{'with' if names else 'without'} a header, {columns}"
        total[kind] += 1
        with tempfile.TemporaryDirectory() as folder:
            right[kind] += is_read(names, rows, r, Path(folder))
    for kind in sorted(total):
        print(f"{kind:32} {right[kind]:4} of {total[kind]:4}")


if __name__ == "__main__":
    main()
