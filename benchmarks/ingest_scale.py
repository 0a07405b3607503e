"""What reading costs as files grow: seconds of CPU, memory, and the ratio to DuckDB's own COPY.

    python benchmarks/ingest_scale.py [--gb 0.1 1 4] [--dir SCRATCH]

A seeded generator writes a CSV of numbers, dates, categories and free text. Each size is read by
PipeWeave and copied by DuckDB told the dialect (`COPY (FROM read_csv(..., all_varchar)) TO
parquet`), each in a child process of its own, one after the other, with two threads. The table
gives CPU seconds (user and system), wall-clock seconds, peak resident memory and the ratio of
DuckDB's wall-clock time to PipeWeave's in the same run; on a busy machine only the CPU seconds and
that ratio mean anything. The files are removed again.
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import IngestLimits, ingest

_BLOCK_ROWS = 20_000
_WORDS = ("late", "order", "shipped", "returned", "broken", "fine", "again", "north", "blue")
_THREADS = 2
COLUMNS = ("id", "weight", "number", "day", "state", "note", "share", "grade")


def block(rng: random.Random, start: int) -> str:
    """Some rows of all kinds of columns."""
    return "".join(
        f"{i},{rng.gauss(50, 12):.4f},{rng.randrange(10**6)},"
        f"2021-{1 + i % 12:02}-{1 + i % 28:02},{_WORDS[i % 9]},"
        f"{' '.join(rng.choices(_WORDS, k=8))},{rng.random():.6f},{rng.choice('ABCDE')}\n"
        for i in range(start, start + _BLOCK_ROWS)
    )


def write(path: Path, size_bytes: int) -> int:
    """A file of about that size; gives its rows. Rows repeat but for their ids."""
    rng, rows = random.Random(7), 0
    blocks = [block(rng, n * _BLOCK_ROWS).splitlines() for n in range(4)]
    tails = [[line.partition(",")[2] for line in lines] for lines in blocks]
    with path.open("w", encoding="ascii") as file:
        file.write(",".join(COLUMNS) + "\n")
        while file.tell() < size_bytes:
            tail = tails[rows // _BLOCK_ROWS % len(tails)]
            file.write("".join(f"{rows + i},{t}\n" for i, t in enumerate(tail)))
            rows += _BLOCK_ROWS
    return rows


def by_pipeweave(path: Path, out: Path) -> int:
    """Read as the line does; gives the rows."""
    raw = RawFile(name=path.name, sha256="0", size_bytes=path.stat().st_size)
    limits = IngestLimits(max_bytes=1 << 40, threads=_THREADS)
    return ingest(RawUpload(dataset="scale", files=[raw]), [path], out, limits).rows


def by_duckdb(path: Path, out: Path) -> int:
    """Everything as text, told the dialect."""
    with duckdb.connect(config={"threads": _THREADS}) as db:
        db.execute("SET enable_progress_bar = false")
        columns = dict.fromkeys(COLUMNS, "VARCHAR")
        db.execute(
            f"COPY (FROM read_csv('{path}', delim=',', header=true, quote='\"', auto_detect=false,"
            f" columns={columns})) TO '{out / 'copy.parquet'}' (FORMAT parquet)"
        )
        return int(db.execute(f"SELECT count(*) FROM '{out / 'copy.parquet'}'").fetchall()[0][0])


def _child(reader: Any, path: Path, out: Path, answers: Any) -> None:
    began = time.perf_counter()
    rows = reader(path, out)
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    answers.put((rows, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024))


def measured(reader: Any, path: Path, scratch: Path) -> tuple[int, float, float, float]:
    """Rows, CPU seconds, wall-clock seconds and megabytes of one reader in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    with tempfile.TemporaryDirectory(dir=scratch) as out:
        child = context.Process(target=_child, args=(reader, path, Path(out), answers))
        child.start()
        result = answers.get()
        child.join()
    return result


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gb", type=float, nargs="+", default=[0.1, 1, 4])
    parser.add_argument("--dir", type=Path)
    options = parser.parse_args()
    heads = ("GB", "rows", "CPU s", "CPU s/GB", "wall s", "MB", "COPY CPU s", "COPY/own wall")
    print("".join(f"{h:>14}" for h in heads), flush=True)
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        for size in options.gb:
            path = Path(folder) / "table.csv"
            rows = write(path, int(size * 1e9))
            theirs = measured(by_duckdb, path, Path(folder))
            own = measured(by_pipeweave, path, Path(folder))
            if not rows == own[0] == theirs[0]:
                raise SystemExit(f"rows differ: {rows} {own[0]} {theirs[0]}")
            figures = (f"{size:g}", f"{rows:,}", f"{own[1]:.1f}", f"{own[1] / size:.1f}",
                       f"{own[2]:.1f}", f"{own[3]:.0f}", f"{theirs[1]:.1f}",
                       f"{theirs[2] / own[2]:.2f}")  # fmt: skip
            print("".join(f"{f:>14}" for f in figures), flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
