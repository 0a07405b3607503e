"""Throughput of scoring, coverage of intervals, and flags of rows unlike the training rows.

    python benchmarks/predict.py throughput [--rows 200000] [--family lightgbm] [--format parquet]
    python benchmarks/predict.py intervals FOLDER
    python benchmarks/predict.py outside FOLDER/AirQualityUCI.csv

`throughput` quotes processor time on one core, since the clock tells how busy a machine is. FOLDER
has abalone.csv, concrete.csv, diamonds.csv, housing.csv (California) and AirQualityUCI.csv. For
`intervals` a boosting model is fitted on 60 % of the rows, the intervals learned from 20 %, and the
share of the other 20 % inside them compared with the exact 99.8 % band (beta-binomial).
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.stats import betabinom
from sklearn.ensemble import HistGradientBoostingRegressor

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, ingest, read_aligned
from pipeweave_dagster.core.prediction import BatchPolicy, HeldRows, predict
from pipeweave_dagster.core.prediction.intervals import learn_intervals
from pipeweave_dagster.core.prediction.outputs import write_outputs
from pipeweave_dagster.core.prediction.outside_training import learn_region
from pipeweave_dagster_tests.factories.training import train_small_model

COVERAGE = 0.9
SETS = {
    "abalone": ("abalone.csv", 8, None),
    "concrete": ("concrete.csv", -1, 0),
    "diamonds": ("diamonds.csv", "price", 0),
    "california": ("housing.csv", "median_house_value", 0),
    "air quality": ("AirQualityUCI.csv", "C6H6(GT)", 0),
}


def table(rows: int, seed: int) -> pd.DataFrame:
    """24 columns of numbers, six of categories, and a target."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"x{i}": rng.normal(size=rows).round(4) for i in range(20)}
    columns |= {f"n{i}": rng.integers(0, 1000, rows) for i in range(4)}
    columns |= {f"c{i}": rng.choice([f"cat{j}" for j in range(4 + 4 * i)], rows) for i in range(6)}
    frame = pd.DataFrame(columns)
    signal = frame["x0"] + frame["x1"] * frame["x2"] + (frame["c2"] == "cat1") * 1.5
    noisy = signal + frame["n0"] / 500 + rng.normal(size=rows)
    return frame.assign(y=np.where(noisy > 1.2, "yes", "no"))


def throughput(rows: int, family: str, format_: str) -> None:
    """Print rows per second and core for each part of scoring, and the memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "train.csv"
        table(20_000, 0).to_csv(file, index=False)
        (folder / "read").mkdir()
        raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
        snapshot = ingest(RawUpload(dataset="b", files=[raw]), [file], folder / "read")
        frame = pd.read_parquet(folder / "read" / "data.parquet")
        _, trained, out = train_small_model(
            frame, "y", "binary", folder, families=[family], budget_s=40
        )
        trained = trained.of_table(snapshot)
        batch = folder / f"batch.{format_}"
        new = table(rows, 1).drop(columns="y")
        write = {"csv": new.to_csv, "parquet": new.to_parquet}[format_]
        write(batch, index=False)
        work = folder / "work"
        (work / "read").mkdir(parents=True)
        held = HeldRows(test_rows=out / "test_rows.parquet", reference=out / "reference.parquet")
        clock = [time.process_time()]
        read_aligned(
            batch, batch.name, trained.columns, work / "read",
            IngestLimits.for_files([batch], 8 << 30),
            ColumnMatcher(tuple(trained.table), trained.target),
        )  # fmt: skip
        clock.append(time.process_time())
        predict(
            out / "model.skops", trained, work / "read" / "data.parquet", work,
            policy=BatchPolicy(), held=held,
        )  # fmt: skip
        clock.append(time.process_time())
        write_outputs(work / "predictions.parquet", work, {"model": "m", "data_sha256": "0" * 64})
        clock.append(time.process_time())
    rounds = [member.rounds for member in trained.recipe]
    print(f"{rows:,} rows of {format_}, {family}, trees: {rounds}")
    for part, used in zip(("read", "predict", "write"), np.diff(clock), strict=True):
        print(f"  {part:8} {used:7.2f} s  {rows / used:12,.0f} rows/s")
    print(
        f"  {'all':8} {clock[-1] - clock[0]:7.2f} s  {rows / (clock[-1] - clock[0]):12,.0f} rows/s"
    )
    print(f"  memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


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
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["throughput", "intervals", "outside"])
    parser.add_argument("place", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--family", default="lightgbm")
    parser.add_argument("--format", default="parquet", choices=["csv", "parquet"])
    options = parser.parse_args()
    if options.what == "throughput":
        throughput(options.rows, options.family, options.format)
    else:
        {"intervals": intervals, "outside": outside}[options.what](options.place)


if __name__ == "__main__":
    main()
