"""What was read of files that are hard to read, against what a careful person would read.

    python benchmarks/messy.py DIR [--expected TSV] [--out results.tsv]

DIR holds `INDEX.tsv` with the columns name and file, and a folder for each file. The expected rows
and columns were counted by hand from the files' text. Prints one line a file, and how many agree.
"""

import argparse
import csv
import tempfile
from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSnapshot, RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest

_HEADER = ("file", "expected", "read", "agrees", "encoding", "separator", "header rows",
           "rows above", "put aside", "numbers, dates, texts", "left to a person")  # fmt: skip
_NUMBERS, _TIMES = {"integer", "number"}, {"date", "datetime", "time"}


def table(path: Path) -> list[dict[str, str]]:
    """A table with tabs."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def read(path: Path) -> DatasetSnapshot:
    """Read as the line does."""
    raw = RawFile(name=path.name, sha256="0", size_bytes=path.stat().st_size)
    with tempfile.TemporaryDirectory() as out:
        return ingest(RawUpload(dataset="messy", files=[raw]), [path], Path(out))


def line_of(row: dict[str, str], folder: Path, expected: dict[str, dict[str, str]]) -> list[str]:
    """One line of the table."""
    known = expected[row["name"]]
    wanted = f"{known['rows']} x {known['columns']}"
    try:
        found = read(folder / row["name"] / row["file"])
    except PipeWeaveError as error:
        return [row["name"], wanted, error.text[:80], "no", *[""] * 7]
    size = f"{found.rows} x {len(found.columns)}"
    types = [c.type for c in found.columns]
    kinds = [sum(t in group for t in types) for group in (_NUMBERS, _TIMES)]
    dialect = found.dialect
    return [
        row["name"], wanted, size, "yes" if size == wanted else "no", str(dialect.encoding),
        repr(dialect.delimiter), str(dialect.header_rows), str(dialect.skipped_rows),
        str(found.rows_quarantined), f"{kinds[0]}, {kinds[1]}, {len(types) - sum(kinds)}",
        next(v for k, v in known.items() if k.startswith("beyond")) or "",
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    here = Path(__file__).with_name("messy_expected.tsv")
    parser.add_argument("--expected", type=Path, default=here)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    expected = {row["name"]: row for row in table(options.expected)}
    rows = [r for r in table(options.folder / "INDEX.tsv") if r["name"] in expected]
    lines = [line_of(row, options.folder, expected) for row in rows]
    text = "".join("\t".join(line) + "\n" for line in [list(_HEADER), *lines])
    print(text + f"{sum(line[3] == 'yes' for line in lines)} of {len(lines)} agree")
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
