"""What many uploads, objects, data sets, runs and batches cost; prints one table per part.

    python -m benchmarks.load [--parts burst,listing] [--uploads 1000] [--minutes 60]

`docs/reference/limits.md` has the figures. Each part starts what it needs and removes it.
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.load_parts.burst import burst, first_uploads
from benchmarks.load_parts.listing import listing
from benchmarks.load_parts.many_datasets import many_datasets
from benchmarks.load_parts.page_times import page_times
from benchmarks.load_parts.partitions import partitions
from benchmarks.load_parts.stores import stores

Rows = list[dict[str, Any]]


def main() -> None:
    """Run the parts, and print their tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--parts", default="")
    arguments.add_argument("--uploads", type=int, default=1000)
    arguments.add_argument("--first", type=int, default=20)
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--objects", type=int, default=100_000)
    arguments.add_argument("--s3-objects", type=int, default=100_000)
    arguments.add_argument("--at-once", type=int, default=8)
    arguments.add_argument("--datasets", default="10,1000,5000")
    arguments.add_argument("--partitions", type=int, default=40_000)
    arguments.add_argument("--entries", type=int, default=10_000)
    arguments.add_argument("--batches", type=int, default=20)
    given = arguments.parse_args()
    sizes = [int(size) for size in given.datasets.split(",")]
    parts: dict[str, Callable[[], Rows]] = {
        "burst": lambda: burst(given.uploads, 60 * given.minutes, given.at_once),
        "first": lambda: first_uploads(given.first, 60 * given.minutes),
        "listing": lambda: listing(given.objects, given.s3_objects),
        "datasets": lambda: many_datasets(sizes),
        "pages": lambda: page_times(sizes, given.entries),
        "partitions": lambda: partitions(given.partitions),
        "stores": lambda: stores(given.batches),
    }
    wanted = given.parts.split(",") if given.parts else list(parts)
    for name in wanted:
        print(f"\n### {name}\n")
        _print(parts[name]())
        sys.stdout.flush()


def _print(rows: Rows) -> None:
    names = list(rows[0])
    print(f"| {' | '.join(names)} |")
    print(f"|{' --- |' * len(names)}")
    for row in rows:
        print(f"| {' | '.join(str(row[name]) for name in names)} |")


if __name__ == "__main__":
    main()
