"""False alarms and recall of the drift check, at several numbers of rows.

    python benchmarks/drift.py [--rows 1000 100000 1000000] [--weeks 100] [--shifts 20]
    python benchmarks/drift.py --flights nycflights.csv

Each week has 50 columns of the same distributions as the 10,000 training rows, and is tested at
the level that a batch of its number has. A false alarm is a column that counts as drifted. Then
every column with numbers is shifted by 0.5 standard deviations in turn, at the level of the last
week, and must be named first. With `--flights`, each month of a table with the columns `month`
is compared with the month before it.

Figures (2026-11, processor time of one core):

| rows per week | weeks x columns | false alarms | shifts named first | s per week |
| --- | --- | --- | --- | --- |
| 1,000 | 100 x 50 | 0 | 20 of 20 | 0.06 |
| 100,000 | 100 x 50 | 0 | 20 of 20 | 0.35 |
| 1,000,000 | 100 x 50 | 0 | 20 of 20 | 2.81 (December) |

Of nycflights, months 5, 6, 9, 10 and 12 drift from the month before, all in `arr_delay` first (0.10
to 0.19 of the rows); no other month does.
"""

import argparse
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from drift_parts.weeks import COLUMNS, week
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import DriftReport
from pipeweave_dagster.core.monitoring import measure_drift
from pipeweave_dagster.core.monitoring.error_rate import level_of

_REFERENCE = 10_000
_SHIFT = 0.5
_CALENDAR = {"rownames", "year", "month", "day"}


def stored(path: Path, table: dict) -> Path:
    """Write a week as Parquet; random numbers neither compressed nor as a dictionary."""
    columns = {name: pa.array(values, from_pandas=True) for name, values in table.items()}
    text = [name for name, column in columns.items() if pa.types.is_dictionary(column.type)]
    pq.write_table(
        pa.table(columns), path, compression="none", use_dictionary=text, store_schema=False
    )
    return path


def named(codes: NDArray, labels: NDArray) -> pa.DictionaryArray:
    """Return the labels of codes without a Python object for each."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(labels))


def measured(folder: Path, table: dict, number: int) -> DriftReport:
    """Return the drift of a week from the training rows."""
    data = stored(folder / "week.parquet", table)
    return measure_drift(
        f"week {number}", folder / "reference.parquet", data, list(table), level_of(number)
    )


def false_alarms(folder: Path, rows: int, weeks: int) -> None:
    """Print the false alarms of stationary weeks, and the time of a comparison."""
    columns, spent, alarmed = 0, 0.0, 0
    for number in range(1, weeks + 1):
        table = week(number, rows, named=named)
        data = stored(folder / "week.parquet", table)
        began = time.process_time()
        report = measure_drift(
            "week", folder / "reference.parquet", data, list(table), level_of(number)
        )
        spent += time.process_time() - began
        columns, alarmed = columns + len(report.drifted), alarmed + bool(report.drifted)
    print(
        f"{rows:,} rows, {weeks} weeks x {COLUMNS} columns: {columns} false alarms in {alarmed} "
        f"weeks; {spent / weeks:.2f} s per week",
        flush=True,
    )


def recall(folder: Path, rows: int, weeks: int, shifts: int) -> None:
    """Print how many planted shifts are found, named first, and alone."""
    names = [n for n in week(0, 10) if n.startswith(("normal", "skewed", "count", "gaps"))][:shifts]
    first = alone = 0
    for place, name in enumerate(names):
        table = week(1_000 + place, rows, name, _SHIFT, named=named)
        report = measured(folder, table, weeks)
        found = [column.name for column in report.drifted]
        first += found[:1] == [name]
        alone += found == [name]
    print(
        f"{rows:,} rows, one column shifted by {_SHIFT} sd: {first} of {len(names)} named first, "
        f"{alone} alone",
        flush=True,
    )


def flights(folder: Path, path: Path) -> None:
    """Print the drift of each month from the month before it."""
    table = pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(strings_can_be_null=True))
    names = [name for name in table.column_names if name not in _CALENDAR]
    for month in range(2, 13):
        for file, number in (("old", month - 1), ("new", month)):
            pq.write_table(table.filter(pc.equal(table["month"], number)), folder / file)
        report = measure_drift(
            f"month {month}", folder / "old", folder / "new", names, level_of(month - 1)
        )
        found = ", ".join(f"{c.name} ({c.score:.2f})" for c in report.drifted[:4])
        print(f"month {month} against {month - 1}: {report.rows:,} rows; {found or 'stable'}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--weeks", type=int, default=100)
    parser.add_argument("--shifts", type=int, default=20)
    parser.add_argument("--flights", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.flights:
            flights(folder, options.flights)
            return
        stored(folder / "reference.parquet", week(0, _REFERENCE, named=named))
        for rows in options.rows:
            false_alarms(folder, rows, options.weeks)
            recall(folder, rows, options.weeks, options.shifts)


if __name__ == "__main__":
    main()
