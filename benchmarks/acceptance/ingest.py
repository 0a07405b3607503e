"""ING-03, 04, 05, 11, 12 and SCH-02: what was read, and that nothing was lost."""

import csv
import datetime as dt
import gzip
import io
import json
import time
import zipfile
from collections.abc import Iterator

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from acceptance.common import Bench, Check
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.receive import check_size


def sizes(bench: Bench) -> Iterator[Check]:
    """Too large files and bombs."""
    path = bench.scratch / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(1025 << 20)
    began = time.process_time()
    told = ""
    try:
        check_size(path.name, path.stat().st_size, 1024 << 20)
    except PipeWeaveError as error:
        told = error.text
    spent = time.process_time() - began
    yield Check(
        "ING-03",
        "1,025 MB refused at once",
        f"{spent:.3f} s: {told[:70]}",
        spent < 1 and "1,024 MB" in told,
    )
    path.unlink()
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb", compresslevel=9) as file:
        chunk = b"0" * (1 << 20)
        for _ in range(2100):
            file.write(chunk)
    began = time.process_time()
    told = ""
    try:
        bench.read([bench.write("bomb.csv.gz", bomb.getvalue())])
    except PipeWeaveError as error:
        told = error.text
    yield Check(
        "ING-03",
        "gzip bomb stopped while streaming",
        f"{len(bomb.getvalue()) >> 10} kB: {told[:70]}",
        "2,048" in told or "2048" in told,
    )


def containers(bench: Bench) -> Iterator[Check]:
    """The same rows from several containers."""
    names = [f"c{i}" for i in range(1, 16)]
    rows = [line.split(", ") for line in bench.adult()]
    numbers = {0, 2, 4, 10, 11, 12}
    typed = [[int(v) if i in numbers else v for i, v in enumerate(row)] for row in rows]
    text = "\n".join(",".join(row) for row in [names, *rows]) + "\n"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [names, *typed]:
        sheet.append(row)
    book.save(bench.scratch / "a.xlsx")
    pq.write_table(
        pa.table(dict(zip(names, map(list, zip(*typed, strict=True)), strict=True))),
        bench.scratch / "a.parquet",
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("a.csv", text)
    lines = "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in typed)
    paths = [
        bench.write("a.csv", text),
        bench.write("a.tsv", text.replace(",", "\t")),
        bench.write("a.csv.gz", gzip.compress(text.encode())),
        bench.write("a.zip", archive.getvalue()),
        bench.write("a.jsonl", lines),
        bench.scratch / "a.parquet",
        bench.scratch / "a.xlsx",
    ]
    read = [bench.read([path]) for path in paths]
    hashes = {r.snapshot.data.sha256 for r in read}
    counts = {r.snapshot.rows for r in read}
    yield Check(
        "ING-04",
        f"Adult from {len(paths)} containers",
        f"{len(hashes)} content hash, rows {counts}",
        len(hashes) == 1 and counts == {32561},
    )


def messy(bench: Bench) -> Iterator[Check]:
    """AirQualityUCI."""
    read = bench.set("air_quality_uci")
    table = read.table()
    names = read.snapshot.columns
    last = table.slice(table.num_rows - 1).to_pylist()[0]
    found = f"{table.num_rows} x {len(names)}, last {last[names[0].name]} {last[names[1].name]}"
    first = table.column(names[2].name)[0].as_py()
    right = (table.num_rows, len(names), first) == (9357, 15, 2.6)
    yield Check(
        "ING-05",
        "AirQuality 9,357 x 15, 2,6 -> 2.6",
        f"{found}, first {first}",
        right and last[names[0].name] == dt.date(2005, 4, 4),
    )


def accounting(bench: Bench) -> Iterator[Check]:
    """37 known corrupt lines, and two files as one."""
    lines = bench.adult()
    wrong = {17 + 877 * i for i in range(37)}
    for number in wrong:
        cells = lines[number].split(", ")
        lines[number] = ", ".join(cells[:9] if number % 2 else [*cells, "more", "and more"])
    read = bench.read([bench.write("corrupt.csv", "\n".join(lines) + "\n")])
    told = {line - 1 for line in read.quarantined()}
    s = read.snapshot
    yield Check(
        "ING-11",
        "37 corrupt lines, each named",
        f"{s.rows_read} = {s.rows} + {s.rows_quarantined}, lines right: {told == wrong}",
        (s.rows_read, s.rows, s.rows_quarantined) == (32561, 32524, 37) and told == wrong,
    )
    lines = bench.adult()
    first = bench.write("first.csv", "\n".join(lines[:21000]) + "\n")
    second = bench.write("second.csv", "".join(line + ".\n" for line in lines[21000:]))
    both = bench.read([first, second], mode="append")
    clash = [n for n in both.snapshot.notes if "different spellings" in n]
    yield Check(
        "ING-12",
        "two files as one, clash of labels told",
        f"{both.snapshot.rows} rows; {clash}",
        both.snapshot.rows == 32561 and "'<=50K' and '<=50K.'" in "".join(clash),
    )


def nothing_lost(bench: Bench) -> Iterator[Check]:
    """What comes after the rows that others look at (DuckDB issue 25824)."""
    plain = "".join(f"{i},{i},2020-01-01\n" for i in range(20480))
    late = "3.7,007,2020-01-02 03:04:05\n"
    read = bench.read([bench.write("late.csv", "a,b,c\n" + plain + late)])
    row = read.table().slice(20480).to_pylist()[0]
    right = str(row) == "{'a': 3.7, 'b': '007', 'c': datetime.datetime(2020, 1, 2, 3, 4, 5)}"
    yield Check("SCH-02", "3.7, 007 and a timestamp after row 20,480", str(row), right)
    telco = bench.set("telco_churn")
    charges = telco.table().column("TotalCharges")
    with bench.file("telco_churn").open(newline="") as file:
        texts = [row["TotalCharges"].strip() for row in csv.DictReader(file)]
    want = [float(t) if t else None for t in texts]
    same = charges.to_pylist() == want
    yield Check(
        "SCH-02",
        "Telco TotalCharges equal, 11 blanks missing",
        f"equal: {same}, missing {charges.null_count}",
        same and charges.null_count == 11,
    )


CHECKS = (sizes, containers, messy, accounting, nothing_lost)
