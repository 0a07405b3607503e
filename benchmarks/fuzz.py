"""Read thousands of damaged files: each must load or end in a coded error, in bounds.

    python benchmarks/fuzz.py [COUNT] [--seed N]

Made-up tables in all formats are truncated, have bytes flipped, quotes unbalanced, NULs, huge
fields and wrong encodings put in, and archives nested. Each file is read in a child process that
may take 10 s and 1 GB; the table says how many loaded, ended in a coded error, or failed in any
other way.
"""

import argparse
import bz2
import gzip
import io
import json
import multiprocessing
import random
import resource
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import IngestLimits, ingest

SECONDS, MEGABYTES = 10.0, 1024


def table(rng: random.Random) -> list[list[str]]:
    """A small table of random shape."""
    makers: list[Callable[[int], str]] = [
        str,
        lambda i: f"{i * 1.5}",
        lambda i: f"Größe {i}, rot",
        lambda i: f"2021-0{i % 9 + 1}-1{i % 9}",
        lambda i: f'say "{i}"',
        lambda _: rng.choice(["", "?", "x", "-1"]),
        lambda i: f"${i},000.50",
    ]
    chosen = [rng.choice(makers) for _ in range(rng.randint(1, 9))]
    head = [f"col {j}" for j in range(len(chosen))]
    return [head, *([make(i) for make in chosen] for i in range(rng.randint(0, 60)))]


def delimited(rows: list[list[str]], rng: random.Random) -> bytes:
    """As CSV in a random dialect and encoding."""
    mark, end = rng.choice(",;\t|"), rng.choice(["\n", "\r\n", "\r"])
    lines = [
        mark.join('"' + c.replace('"', '""') + '"' if mark in c or '"' in c else c for c in r)
        for r in rows
    ]
    return (end.join(lines) + end).encode(
        rng.choice(["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp437"]), "replace"
    )


def packed(rows: list[list[str]], rng: random.Random) -> bytes:
    """In any of the other formats and containers."""
    objects = [dict(zip(rows[0], r, strict=True)) for r in rows[1:]]
    kind = rng.choice(["json", "jsonl", "parquet", "xlsx", "gzip", "bz2", "zip", "zip2"])
    if kind == "json":
        return json.dumps(objects).encode()
    if kind == "jsonl":
        return "\n".join(map(json.dumps, objects)).encode()
    if kind == "parquet":
        return _parquet(objects, rows[0])
    if kind == "xlsx":
        return _workbook(rows)
    data = delimited(rows, rng)
    if kind == "gzip":
        return gzip.compress(data)
    return bz2.compress(data) if kind == "bz2" else _zip(_zip(data) if kind == "zip2" else data)


def _zip(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inside", data)
    return buffer.getvalue()


def _parquet(objects: list[dict[str, str]], names: list[str]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({n: [o[n] for o in objects] for n in names}), sink)
    return bytes(sink.getvalue().to_pybytes())


def _workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Damage a file in one to four ways."""
    for _ in range(rng.randint(0, 4)):
        place = rng.randrange(len(data) + 1)
        change = rng.choice(["cut", "flip", "quote", "nul", "huge", "double", "high", "drop"])
        if change == "cut":
            data = data[:place]
        elif change == "flip" and place < len(data):
            data = data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]
        elif change == "drop":
            data = data[:place] + data[place + rng.randint(1, 20) :]
        else:
            extra = {
                "quote": b'"',
                "nul": b"\0" * rng.choice([1, 100]),
                "huge": b"x" * 300_000,
                "double": data[:place],
                "high": bytes(rng.randrange(128, 256) for _ in range(8)),
            }.get(change, b"")
            data = data[:place] + extra + data[place:]
    return data


def sample(seed: int) -> bytes:
    """The damaged file of a seed."""
    rng = random.Random(seed)
    rows = table(rng)
    return mutate(delimited(rows, rng) if rng.random() < 0.6 else packed(rows, rng), rng)


def read(data: bytes, folder: Path) -> str:
    """How the reading ends; and that it leaves nothing behind but its results."""
    out, source = folder / "out", folder / "upload"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    source.write_bytes(data)
    upload = RawUpload(dataset="d", files=[RawFile(name="f", sha256="0", size_bytes=len(data))])
    try:
        snapshot = ingest(upload, [source], out, IngestLimits(memory_mb=256))
        assert snapshot.rows_read == snapshot.rows + snapshot.rows_quarantined
        end = "loaded"
    except PipeWeaveError as error:
        end = error.code.value
    left = {p.name for p in folder.iterdir()} - {"out", "upload"}
    return f"left {sorted(left)}" if left else end


def _child(seeds: list[int], queue: "multiprocessing.Queue[tuple[int, str, float]]") -> None:
    limit = MEGABYTES << 20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            start = time.process_time()
            try:
                end = read(sample(seed), Path(folder))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is to be counted
                end = f"{type(error).__name__}: {str(error)[:80]}"
            queue.put((seed, end, time.process_time() - start))


def main() -> None:
    """Print one table; exit with 1 if a file failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    seeds = list(range(options.seed, options.seed + options.count))
    ends: Counter[str] = Counter()
    slowest, bad = 0.0, []
    while seeds:
        queue: multiprocessing.Queue[tuple[int, str, float]] = multiprocessing.Queue()
        child = multiprocessing.Process(target=_child, args=(seeds, queue))
        child.start()
        while seeds:
            try:
                seed, end, seconds = queue.get(timeout=SECONDS * 6)
            except Exception:  # noqa: BLE001 - the child hangs or is dead: count it and go on
                seed, end, seconds = seeds[0], f"no answer ({child.exitcode})", SECONDS
            seeds.remove(seed)
            end = "slow" if seconds > SECONDS else end
            ends[end if end in {"loaded", "VALIDATION_ERROR"} else "failed"] += 1
            slowest = max(slowest, seconds)
            if end not in {"loaded", "VALIDATION_ERROR"}:
                bad.append((seed, end))
                if end.startswith("no answer"):
                    break
        child.kill()
        child.join()
    print(f"{'files':>6} {'loaded':>7} {'coded':>6} {'failed':>7} {'slowest s':>10}")
    loaded, coded, failed = ends["loaded"], ends["VALIDATION_ERROR"], ends["failed"]
    print(f"{options.count:6} {loaded:7} {coded:6} {failed:7} {slowest:10.2f}")
    for seed, end in bad[:20]:
        print(f"  seed {seed}: {end}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
