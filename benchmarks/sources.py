"""What a pull costs: processor time, peak memory and exact values, beside the drivers alone.

    python benchmarks/sources.py postgresql://USER:PASSWORD@HOST/DATABASE mysql://…

Makes a table `pipeweave_benchmark` of one million rows in each database, and drops it afterwards.
Each way runs in a process of its own. ConnectorX is measured where it is installed. With
`--nycflights FILE` the rows of that CSV file (month, day among its columns) are pulled by day,
five late rows are added, and the pull is repeated.
"""

import argparse
import csv
import importlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pymysql.cursors
from pydantic import SecretStr

from pipeweave_dagster.adapters.sources.address import parse_address
from pipeweave_dagster.adapters.sources.pull import pull_source
from pipeweave_dagster.core.documents import Source

ROWS = 1_000_000
TABLE = "pipeweave_benchmark"
MAKE = {
    "postgres": (
        f"CREATE TABLE {TABLE} AS SELECT g AS id, 'text ' || g % 1000 AS t,"
        " (g + 0.0123456789)::numeric(38,10) AS price, g / 7.0::float8 AS f,"
        " timestamptz '2024-01-01' + g * interval '1 second' AS at,"
        " date '2024-01-01' + (g % 365)::int AS d,"
        " g % 2 = 0 AS b, CASE WHEN g % 10 > 0 THEN g * 1000000007 END AS big"
        f" FROM generate_series(1, {ROWS}::bigint) g"
    ),
    "mysql": (
        f"CREATE TABLE {TABLE} AS SELECT CAST(seq AS SIGNED) AS id,"
        " CONCAT('text ', seq % 1000) AS t, CAST(seq + 0.0123456789 AS DECIMAL(38,10)) AS price,"
        " seq / 7e0 AS f, TIMESTAMP('2024-01-01') + INTERVAL seq SECOND AS at,"
        " DATE('2024-01-01') + INTERVAL seq % 365 DAY AS d, seq % 2 = 0 AS b,"
        f" IF(seq % 10 > 0, seq * 1000000007, NULL) AS big FROM seq_1_to_{ROWS}"
    ),
}


def connect(url: str) -> Any:
    """A connection of the database's own driver, which commits each statement."""
    address = parse_address(kind_of(url), url, "URL")
    if address.kind == "postgres":
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection
    return pymysql.connect(
        host=address.host, port=address.port, user=address.user, password=address.password,
        database=address.database, autocommit=True,
    )  # fmt: skip


def kind_of(url: str) -> Any:
    """The kind of source that an address belongs to."""
    return "mysql" if url.startswith("m") else "postgres"


def by_pipeweave(url: str) -> Decimal:
    """A whole pull."""
    source = Source(kind=kind_of(url), connection="URL", table=TABLE)
    with tempfile.TemporaryDirectory() as folder:
        pull_source("x", source, SecretStr(url), None, Path(folder), 1 << 40)
        return largest(Path(folder) / "x.parquet")


def by_driver(url: str) -> Decimal:
    """The driver's own rows, fetched in batches and turned into Arrow and Parquet."""
    with tempfile.TemporaryDirectory() as folder, closing(connect(url)) as connection:
        if kind_of(url) == "postgres":
            connection.autocommit = False
            cursor = connection.cursor("c")
        else:
            cursor = connection.cursor(pymysql.cursors.SSCursor)
        cursor.execute(f"SELECT * FROM {TABLE}")
        writer = None
        while rows := cursor.fetchmany(20_000):
            names = [column[0] for column in cursor.description]
            columns = [pa.array(values) for values in zip(*rows, strict=True)]
            batch = pa.table(dict(zip(names, columns, strict=True)))
            writer = writer or pq.ParquetWriter(f"{folder}/x.parquet", _wide(batch.schema))
            writer.write_table(batch.cast(writer.schema))
        assert writer is not None
        writer.close()
        return largest(Path(folder) / "x.parquet")


def _wide(schema: Any) -> Any:
    wide = [
        f.with_type(pa.decimal128(38, 10)) if pa.types.is_decimal(f.type) else f for f in schema
    ]
    return pa.schema(wide)


def by_connectorx(url: str) -> Decimal:
    """ConnectorX, which returns one Arrow table."""
    table = importlib.import_module("connectorx").read_sql(
        url, f"SELECT * FROM {TABLE}", return_type="arrow"
    )
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(table, f"{folder}/x.parquet")
        return largest(Path(folder) / "x.parquet")


def largest(path: Path) -> Decimal:
    """The largest price, which shows whether its digits have arrived."""
    last: Any = pq.ParquetFile(path).read(columns=["price"])["price"]
    return max(Decimal(str(value)) for value in last.slice(len(last) - 10).to_pylist())


WAYS = {"pipeweave": by_pipeweave, "driver": by_driver, "connectorx": by_connectorx}


def measure(way: str, url: str) -> None:
    """Print seconds of this process, peak memory in MB, and the largest price."""
    before = time.process_time()
    try:
        price = WAYS[way](url)
    except ImportError as error:
        print(f"not installed: {error.name}")
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.process_time() - before
    print(f"{seconds:6.1f} s  {ROWS / seconds:11,.0f} rows/s  {peak:6,.0f} MB  largest {price}")


def by_day(url: str, file: Path) -> None:
    """Pull a file of flights by day, twice."""
    with file.open() as text:
        rows = list(csv.reader(text))
    names, values = rows[0], [[None if v in {"", "NA"} else v for v in row] for row in rows[1:]]
    columns = ", ".join(
        f"{name} {'int' if name in {'month', 'day'} else 'varchar(40)'}" for name in names
    )
    slots = ", ".join(["%s"] * len(names))
    known = None
    with table(url, f"CREATE TABLE {TABLE} ({columns})") as cursor:
        insert = f"INSERT INTO {TABLE} VALUES ({slots})"
        for added in (values, [row for row in values if row[2:4] == ["6", "30"]][:5]):
            cursor.executemany(insert, added)
            source = Source(kind=kind_of(url), connection="URL", table=TABLE,
                            incremental={"partition_by": ["month", "day"]})  # fmt: skip
            with tempfile.TemporaryDirectory() as folder:
                known = pull_source("x", source, SecretStr(url), known, Path(folder), 1 << 40)
                read = len(list(Path(folder).iterdir()))
            print(f"  {known.rows:,} rows in {len(known.parts)} parts; parts read: {read}")


@contextmanager
def table(url: str, sql: str) -> Iterator[Any]:
    """A table that lives as long as the context."""
    with closing(connect(url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(sql)
        try:
            yield cursor
        finally:
            cursor.execute(f"DROP TABLE {TABLE}")


def main() -> None:
    """Measure every way on every database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--nycflights", type=Path)
    given = parser.parse_args()
    if given.way:
        measure(given.way, given.urls[0])
        return
    for url in given.urls:
        print(kind_of(url))
        if given.nycflights:
            by_day(url, given.nycflights)
        with table(url, MAKE[kind_of(url)]):
            for way in WAYS:
                print(f"  {way:10}", end=" ", flush=True)
                subprocess.run([sys.executable, __file__, url, "--way", way], check=False)


if __name__ == "__main__":
    main()
