"""The same weeks with Evidently's default tests, in an environment of their own.

    python benchmarks/drift_parts/evidently_default.py --rows 1000 --weeks 100

Needs `evidently` and `pandas<3`.
"""

import argparse
import time

import pandas as pd
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset
from weeks import COLUMNS, week

_REFERENCE = 10_000


def alarms(reference: Dataset, current: pd.DataFrame) -> dict[str, float]:
    """Return the columns that Evidently counts as drifted, with their values."""
    result = Report([DataDriftPreset()]).run(Dataset.from_pandas(current), reference).dict()
    found = {}
    for metric in result["metrics"]:
        config, value = metric["config"], metric["value"]
        if not config["type"].endswith("ValueDrift"):
            continue
        small = "p_value" in config["method"]
        if (value < config["threshold"]) if small else (value >= config["threshold"]):
            found[config["column"]] = float(value)
    return found


def main() -> None:
    """Print the number of false alarms, and how many planted shifts are found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--weeks", type=int, default=100)
    options = parser.parse_args()
    reference = Dataset.from_pandas(pd.DataFrame(week(0, _REFERENCE)))
    began, false, weeks = time.process_time(), 0, 0
    for number in range(1, options.weeks + 1):
        found = alarms(reference, pd.DataFrame(week(number, options.rows)))
        false, weeks = false + len(found), weeks + bool(found)
    spent = time.process_time() - began
    print(
        f"evidently {options.rows:,} rows, {options.weeks} weeks x {COLUMNS} columns: "
        f"{false} false alarms in {weeks} weeks; {spent / options.weeks:.2f} s per week"
    )


if __name__ == "__main__":
    main()
