"""What each stage costs on wide tables: processor and wall-clock seconds, by number of columns.

    python benchmarks/wide.py [--shapes 50x500 50x2000 50x5000 5000x500] [--profile STAGE]
    python benchmarks/wide.py --file TABLE [--target NAME]

Columns of eight kinds (whole numbers, fractions, categories, dates, booleans, short texts, amounts
and numbers with `NA`) are written as CSV, and read, deduced, inspected and reported in one process;
imports are done before the clock starts. The cost of a stage should grow with the number of cells:
the last column is its processor time per column. On a busy machine only processor seconds mean
anything. `--profile` prints where the time of one stage goes.
"""

import argparse
import cProfile
import csv
import pstats
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.eda import build_report
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce

SHAPES = ("50x500", "50x2000", "50x5000", "5000x500")
KINDS: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: str(rng.randrange(1000)),
    lambda rng: f"{rng.gauss(0, 1):.4f}",
    lambda rng: rng.choice(("red", "green", "blue")),
    lambda rng: f"20{rng.randrange(18, 25)}-0{rng.randrange(1, 10)}-{rng.randrange(10, 29)}",
    lambda rng: rng.choice(("true", "false")),
    lambda rng: f"item {rng.randrange(500)} of {rng.randrange(500)}",
    lambda rng: f"${rng.randrange(10**6):,}.00",
    lambda rng: "NA" if rng.random() < 0.1 else str(rng.randrange(50)),
)


def write_table(path: Path, rows: int, columns: int) -> None:
    """Write a seeded table whose columns take turns through `KINDS`."""
    rng = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(f"feature_{j}" for j in range(columns))
        for _ in range(rows):
            writer.writerow(KINDS[j % len(KINDS)](rng) for j in range(columns))


@contextmanager
def timed(stage: str, columns: int, profile: str | None) -> Iterator[None]:
    """Print what the block costs; with `profile == stage`, also where."""
    profiler = cProfile.Profile(time.process_time) if profile == stage else None
    wall, processor = time.perf_counter(), time.process_time()
    if profiler:
        profiler.enable()
    yield
    if profiler:
        profiler.disable()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    per_column = f"{1000 * processor / columns:7.2f} ms/column" if columns else ""
    print(f"  {stage:<8} {processor:8.2f} s processor {wall:8.2f} s wall {per_column}", flush=True)
    if profiler:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def run(path: Path, target: str | None, columns: int, profile: str | None) -> None:
    """Take one file through all stages."""
    file = RawFile(name=path.name, sha256="0" * 64, size_bytes=path.stat().st_size)
    settings = DatasetSettings(target=target)
    with tempfile.TemporaryDirectory() as folder:
        out, report = Path(folder, "table"), Path(folder, "report")
        out.mkdir()
        report.mkdir()
        data = out / "data.parquet"
        with timed("ingest", columns, profile):
            snapshot = ingest(RawUpload(dataset="wide", files=[file]), [path], out)
        with timed("schema", columns, profile):
            schema = deduce(snapshot, data, settings)
        with timed("findings", columns, profile):
            inspect(snapshot, schema, data, settings)
        with timed("report", columns, profile):
            build_report("wide", snapshot, schema, data, report)
        size = (report / "report.html").stat().st_size
        print(f"  report of {size / 1e6:.1f} MB")


def main() -> None:
    """Measure the shapes, or one file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shapes", nargs="*", default=SHAPES)
    arguments.add_argument("--file", type=Path)
    arguments.add_argument("--target")
    arguments.add_argument("--profile", choices=("ingest", "schema", "findings", "report"))
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        warm_up = Path(folder, "warm_up.csv")
        write_table(warm_up, 50, 8)
        print("warm-up")
        run(warm_up, "feature_2", 8, None)
        if options.file:
            run(options.file, options.target, 0, options.profile)
            return
        for shape in options.shapes:
            rows, columns = map(int, shape.split("x"))
            path = Path(folder, f"{shape}.csv")
            write_table(path, rows, columns)
            print(f"{rows:,} x {columns:,}")
            run(path, "feature_2", columns, options.profile)


if __name__ == "__main__":
    main()
