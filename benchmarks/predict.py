"""Throughput of scoring, coverage of intervals, and flags of rows unlike the training rows.

    python benchmarks/predict.py throughput [--rows 200000] [--family lightgbm] [--format parquet]
    python benchmarks/predict.py learners [--rows 200000]
    python benchmarks/predict.py intervals FOLDER
    python benchmarks/predict.py outside FOLDER/AirQualityUCI.csv

`throughput` and `learners` quote processor time on one core, since the clock tells how busy a
machine is: see `predict_throughput`. FOLDER
has abalone.csv, concrete.csv, diamonds.csv, housing.csv (California) and AirQualityUCI.csv. For
`intervals` a boosting model is fitted on 60 % of the rows, the intervals learned from 20 %, and the
share of the other 20 % inside them compared with the exact 99.8 % band (beta-binomial).
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.stats import betabinom
from sklearn.ensemble import HistGradientBoostingRegressor

from benchmarks.predict_throughput import learners, throughput
from pipeweave_dagster.core.prediction.intervals import learn_intervals
from pipeweave_dagster.core.prediction.outside_training import learn_region

COVERAGE = 0.9
SETS = {
    "abalone": ("abalone.csv", 8, None),
    "concrete": ("concrete.csv", -1, 0),
    "diamonds": ("diamonds.csv", "price", 0),
    "california": ("housing.csv", "median_house_value", 0),
    "air quality": ("AirQualityUCI.csv", "C6H6(GT)", 0),
}


def intervals(folder: Path) -> None:
    """Print the share of true values inside the intervals, with its band."""
    for name, (file, target, header) in SETS.items():
        x, y = _numbers(folder / file, target, header)
        order = np.random.default_rng(0).permutation(len(y))
        fit, calibrate, test = np.split(order, [int(0.6 * len(y)), int(0.8 * len(y))])
        model = HistGradientBoostingRegressor(random_state=0).fit(x.iloc[fit], y[fit])
        with tempfile.TemporaryDirectory() as work:
            path = Path(work) / "test_rows.parquet"
            predicted = model.predict(x.iloc[calibrate])
            pd.DataFrame({"target": y[calibrate], "prediction": predicted}).to_parquet(path)
            found = learn_intervals(path, [], COVERAGE)
        assert found is not None
        bounds = found.columns(pd.DataFrame({"prediction": model.predict(x.iloc[test])}))
        inside = int(((y[test] >= bounds["lower"]) & (y[test] <= bounds["upper"])).sum())
        n, k = len(calibrate), int(np.ceil((len(calibrate) + 1) * COVERAGE))
        low, high = betabinom.ppf([0.001, 0.999], len(test), k, n + 1 - k) / len(test)
        share = inside / len(test)
        # Each range rounds up on its own, so the whole may be a little above.
        high += len(found.margins) / n
        state = "inside" if low <= share <= high else "OUTSIDE"
        print(f"{name:12} {share:.4f} of {len(test):,}  band {low:.4f} to {high:.4f}  {state}")


def _numbers(path: Path, target: str | int, header: int | None) -> tuple[pd.DataFrame, Any]:
    if path.name.startswith("AirQuality"):
        frame = _air_quality(path).drop(columns="month")
    else:
        frame = pd.read_csv(path, header=header, encoding="utf-8-sig")
    frame.columns = frame.columns.astype(str)
    if isinstance(target, int):
        target = frame.columns[target]
    frame = frame.dropna(subset=[target])
    x = frame.drop(columns=target)
    coded = {c: pd.factorize(x[c])[0] for c in x if not pd.api.types.is_numeric_dtype(x[c])}
    x = x.assign(**coded).dropna(axis=1, how="all")
    return x, frame[target].to_numpy(dtype=float)


def _air_quality(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, sep=";", decimal=",", na_values=["-200", "-200,0"], skipfooter=0)
    rows = rows.loc[:, [c for c in rows if not str(c).startswith("Unnamed")]].dropna(how="all")
    month = pd.to_numeric(rows["Date"].astype(str).str.split("[/.]", regex=True).str[1])
    numbers = rows.drop(columns=["Date", "Time"]).apply(pd.to_numeric, errors="coerce")
    return numbers.replace(-200, np.nan).assign(month=month)


def outside(path: Path) -> None:
    """Print how many rows of winter and summer a region of winter rows flags."""
    rows = _air_quality(path)
    winter, summer = rows[rows["month"].isin([11, 12, 1, 2])], rows[rows["month"].isin([6, 7, 8])]
    features = [c for c in rows if c != "month"]
    learn = np.random.default_rng(0).random(len(winter)) < 0.7
    with tempfile.TemporaryDirectory() as work:
        reference = Path(work) / "reference.parquet"
        winter[learn].to_parquet(reference)
        region = learn_region(reference, features)
    assert region is not None
    shares = [float(region.outside(part).mean()) for part in (winter[~learn], summer)]
    counts = (int((~learn).sum()), len(summer))
    for season, share, number in zip(("winter", "summer"), shares, counts, strict=True):
        print(f"{season} {share:.4f} of {number:,} rows")


def main() -> None:
    """Run one of the four."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["throughput", "learners", "intervals", "outside"])
    parser.add_argument("place", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--family", default="lightgbm")
    parser.add_argument("--format", default="parquet", choices=["csv", "parquet"])
    options = parser.parse_args()
    if options.what == "throughput":
        throughput(options.rows, options.family, options.format)
    elif options.what == "learners":
        learners(options.rows)
    else:
        {"intervals": intervals, "outside": outside}[options.what](options.place)


if __name__ == "__main__":
    main()
