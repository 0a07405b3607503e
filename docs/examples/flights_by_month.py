"""Divide the flights of a year into the files that arrive month by month.

    python docs/examples/flights_by_month.py examples/flights.csv.gz flights

Writes for each month the rows to score (without the label), the labels, and an upload with all
labelled rows so far. In `broken/` are uploads with the delay at departure in seconds, not minutes.
"""

import csv
import gzip
import sys
from pathlib import Path

FEATURES = ["carrier", "origin", "dest", "distance", "hour", "dep_delay"]


def main(source: Path, folder: Path) -> None:
    """Write the files of all months."""
    with gzip.open(source, "rt", newline="") as stream:
        flights = list(csv.DictReader(stream))
    for month in sorted({int(flight["month"]) for flight in flights}):
        now = [flight for flight in flights if int(flight["month"]) == month]
        so_far = [flight for flight in flights if int(flight["month"]) <= month]
        seconds = [{**flight, "dep_delay": 60 * int(flight["dep_delay"])} for flight in so_far]
        name = f"2013-{month:02d}.csv"
        write(folder / "predict" / name, ["flight", *FEATURES], now)
        write(folder / "labels" / name, ["flight", "late"], now)
        write(folder / "uploads" / name, ["flight", *FEATURES, "late"], so_far)
        write(folder / "broken" / name, ["flight", *FEATURES, "late"], seconds)


def write(file: Path, columns: list[str], rows: list[dict[str, object]]) -> None:
    """Write some columns of the rows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
