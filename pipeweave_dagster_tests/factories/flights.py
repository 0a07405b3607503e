"""How `examples/flights.csv.gz` was made from `nycflights.csv` of openintro.

    python -m pipeweave_dagster_tests.factories.flights nycflights.csv

The sample has the same rows whenever it is made: of each month those with the smallest hashes of
their number, among flights to the busiest destinations. From May on, a few are from Newark (EWR),
and none before: what changes is which rows are chosen, and no value of a row.
"""

import hashlib
import sys
from pathlib import Path

import pandas as pd

FILE = Path(__file__).parents[2] / "examples" / "flights.csv.gz"
_FEATURES = ["carrier", "origin", "dest", "distance", "hour", "dep_delay"]
_IN_JANUARY = 1000
"""The first model learns from January alone: with less it may not beat the baseline for certain."""
_PER_MONTH = 300
_FROM_NEWARK = 27
_JOINS = 5
_DESTINATIONS = 20
_LATE_MIN = 15


def sample_flights(whole: pd.DataFrame) -> pd.DataFrame:
    """Return the sample: number, month, what is known at departure, and whether it was late."""
    busiest = whole["dest"].value_counts().index[:_DESTINATIONS]
    table = whole[whole["dest"].isin(busiest)]
    order = table["rownames"].map(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    table = table.loc[order.sort_values().index]
    joined = table[(table["origin"] == "EWR") & (table["month"] >= _JOINS)]
    joined = joined.groupby("month").head(_FROM_NEWARK)
    others = table[table["origin"] != "EWR"]
    room = others["month"].map(_from_elsewhere)
    others = others[others.groupby("month").cumcount() < room]
    chosen = pd.concat([joined, others]).sort_values(["month", "rownames"])
    late = (chosen["arr_delay"] > _LATE_MIN).map({True: "yes", False: "no"})
    # The flight's own number, which comes again every day, gives way to that of the row.
    chosen = chosen.assign(flight=chosen["rownames"], late=late)
    return chosen[["flight", "month", *_FEATURES, "late"]]


def _from_elsewhere(month: int) -> int:
    rows = _IN_JANUARY if month == 1 else _PER_MONTH
    return rows - _FROM_NEWARK * (month >= _JOINS)


if __name__ == "__main__":
    # A fixed time stamp, so that the same rows make the same file.
    packed = {"method": "gzip", "compresslevel": 9, "mtime": 1}
    sample_flights(pd.read_csv(sys.argv[1])).to_csv(FILE, index=False, compression=packed)
