"""Plant faults of method in real tables, and see which of them the checks of a model find.

    python benchmarks/methodology.py EXAMPLES_DIR [--budget SECONDS] [--only WORDS ...]

EXAMPLES_DIR is `examples/`. Each fault is planted in the table, in the settings or in the search,
and the whole way is gone: reading, schema, findings, pipeline, training, evaluation. Prints one
line a fault with the checks that failed, then the clean tables, on which none may fail.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import DatasetSettings, Evaluation, RawFile, RawUpload
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.training import train
from pipeweave_dagster.core.training.data.fold_features import FoldCache, FoldData

CLEAN = {
    "breast_cancer": "diagnosis",
    "wine": "cultivar",
    "penguins": "species",
    "student_math": "G3",
    "penguins_mass": "body_mass_g",
}
"""The raw penguins are none of them: individuals were measured twice, which PE112 rightly tells."""


@dataclass
class Case:
    """A table, what is said of it, and how it is searched.

    `expected` are codes of checks of which one must fail; none for a clean table.
    """

    name: str
    expected: tuple[str, ...]
    frame: pd.DataFrame
    target: str
    settings: dict[str, Any] = field(default_factory=dict)
    families: list[str] = field(default_factory=lambda: ["linear", "lightgbm", "extra_trees"])
    uses: int = 1
    leaky: bool = False
    damage: Callable[[pd.DataFrame], pd.DataFrame] | None = None


def judged(case: Case, folder: Path, budget: float) -> Evaluation:
    """Go the whole way with a table."""
    file = folder / "data.csv"
    case.frame.to_csv(file, index=False)
    settings = DatasetSettings(target=case.target, **case.settings)
    for name in ("read", "model", "told"):
        (folder / name).mkdir()
    raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
    upload = RawUpload(dataset="planted", files=[raw], settings=settings)
    snapshot = ingest(upload, [file], folder / "read")
    data = folder / "read" / snapshot.data.name
    schema = deduce(snapshot, data, settings)
    findings = inspect(snapshot, schema, data, settings)
    spec = plan(snapshot, schema, findings, settings)
    steps = [
        s.model_copy(update={"params": {"families": case.families}}) if s.kind == "train" else s
        for s in spec.steps
    ]
    spec = spec.model_copy(update={"steps": steps})
    model = train(spec, data, folder / "model", budget, time.monotonic())
    rows = folder / "model" / model.test_rows.name
    if case.damage is not None:
        case.damage(pd.read_parquet(rows)).to_parquet(rows)
    file = folder / "model" / (model.evaluated or model.model).name
    return evaluate(model, spec, file, rows, folder / "told", case.uses, (data, findings))


_CODES = ("floor", "side", "door")


def leaky(cache: FoldCache, view: Any, fold: int) -> FoldData:
    """Features that are fitted on the rows of both sides of a fold, with their targets."""
    data, everything = _HONEST(cache, view, fold), _HONEST(cache, view, -1)
    if fold >= 0:
        learn = cache.problem.features.iloc[cache.problem.folds[fold][0]]
        valid = cache.problem.features.iloc[data.valid]
        data.transformer = everything.transformer
        data.x, data.x_valid = (everything.transformer.transform(part) for part in (learn, valid))
    return data


_HONEST = FoldCache._compute  # noqa: SLF001 - the method that a planted leak replaces


def faults(tables: dict[str, pd.DataFrame]) -> Iterator[Case]:
    """Fifteen faults."""
    rng = np.random.default_rng(0)
    cancer, wine = tables["breast_cancer"], tables["wine"]
    penguins, grades = tables["penguins"], tables["student_math"]
    noise = pd.DataFrame({f"x{i}": rng.normal(size=400) for i in range(5)})
    yield Case("features fitted on all rows", ("PE101",), cancer, "diagnosis", leaky=True)
    yield Case("no relation at all", ("PE102",), noise.assign(y=rng.choice(["a", "b"], 400)), "y")
    yield Case(
        "test rows unlike training rows", ("PE103",), grades, "G3",
        damage=lambda f: f.assign(target=f["target"].sample(frac=1, random_state=0).to_numpy()),
    )  # fmt: skip
    few = noise.assign(y=noise["x0"] * 0.25 + rng.normal(size=400)).head(60)
    yield Case("folds that disagree", ("PE105", "PE102"), few, "y")
    yield Case("a handful of test rows", ("PE106",), penguins.iloc[::4], "species")
    yield Case("test rows used nine times", ("PE107",), wine, "cultivar", uses=9)
    rare = cancer[(cancer["diagnosis"] == cancer["diagnosis"].mode()[0]) | (cancer.index % 9 == 0)]
    yield Case("accuracy for a rare class", ("PE108",), rare, "diagnosis", {"metric": "accuracy"})
    third = penguins[(penguins["species"] != "Gentoo") | (penguins.index % 12 == 0)]
    yield Case("a class that is hardly tested", ("PE109",), third, "species")
    told = cancer.assign(lab_code=(cancer["diagnosis"] == cancer["diagnosis"].iloc[0]) * 7.0
                         + rng.normal(0, 0.5, len(cancer)))  # fmt: skip
    yield Case(
        "a column that holds the answer", ("PE110", "PE114"), told, "diagnosis",
        {"overrides": _set_aside("lab_code")},
    )  # fmt: skip
    when = pd.date_range("2020-01-01", periods=400).astype(str)
    walk = noise.assign(when=when, y=np.cumsum(rng.normal(size=400)) + noise["x0"])
    yield Case("rows in time, random split", ("PE111",), walk, "y")
    groups = pd.Series(np.repeat(np.arange(100), 4)).map(lambda k: f"p{k:03}")
    level = np.repeat(rng.choice(["ill", "well"], 100), 4)
    yield Case("patients on both sides", ("PE112",), noise.assign(patient=groups, y=level), "y")
    codes = pd.DataFrame({c: rng.choice(["low", "mid", "high"], 900) for c in _CODES})
    codes["open"] = np.where((codes["floor"] == "mid") | (rng.random(900) < 0.2), "yes", "no")
    yield Case("rows that are copies", ("PE113",), codes, "open", {"columns": _categories(_CODES)})
    yield Case(
        "probabilities that lie", ("PE115",), noise.assign(y=_noisy_class(noise, rng)), "y",
        damage=_overconfident,
    )  # fmt: skip
    wide = pd.DataFrame(rng.normal(size=(90, 80)), columns=[f"g{i}" for i in range(80)])
    yield Case("more genes than patients", ("PE116",), wide.assign(y=wide["g0"] > 0), "y")
    months = pd.date_range("2013-01-01", "2013-12-31", periods=1200)
    turn = np.where(months.month == 12, -1.0, 1.0)
    moved = pd.DataFrame({"when": months.astype(str), "x": rng.normal(size=1200)})
    moved["y"] = turn * moved["x"] + rng.normal(0, 0.3, 1200)
    yield Case("a relation that turns", ("PE118",), moved, "y", {"split": {"time": "when"}})


def _set_aside(column: str) -> list[dict[str, str]]:
    codes = ("PW201", "PW202", "PW203", "PW204", "PW205", "PW206", "PW207", "PW208", "PW210")
    return [{"finding": c, "column": column, "reason": "planted here"} for c in codes]


def _categories(names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return {name: {"type": "categorical"} for name in names}


def _noisy_class(noise: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    return np.where(noise["x0"] + rng.normal(size=len(noise)) > 0, "yes", "no")


def _overconfident(rows: pd.DataFrame) -> pd.DataFrame:
    """Answers as they were, each told as nearly sure."""
    sure = np.where(rows["probability_yes"] > 0.5, 0.99, 0.01)
    return rows.assign(probability_yes=sure, probability_no=1 - sure)


def main() -> int:
    """Print the table; 0 if enough is found and nothing on clean tables."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--budget", type=float, default=10)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of cases")
    asked = parser.parse_args()
    files = {name: name.removesuffix("_mass") for name in CLEAN}
    tables = {name: pd.read_csv(asked.examples / f"{f}.csv") for name, f in files.items()}
    found = total = false = 0
    for case in faults(tables):
        if asked.only and not any(words in case.name for words in asked.only):
            continue
        failed = _failed(case, asked.budget)
        hit = bool({*case.expected} & failed)
        found, total = found + hit, total + 1
        print(f"{'found ' if hit else 'MISSED'} {case.name}: {', '.join(sorted(failed)) or '-'}")
    for name, target in CLEAN.items():
        if asked.only and name not in asked.only:
            continue
        failed = _failed(Case(name, (), tables[name], target), asked.budget)
        false += len(failed)
        print(f"{'clean ' if not failed else 'FALSE '} {name}: {', '.join(sorted(failed)) or '-'}")
    print(f"{found} of {total} faults found, {false} false alarms on {len(CLEAN)} clean tables")
    return int(found < min(total, 14) or false > 0)


def _failed(case: Case, budget: float) -> set[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(FoldCache, "_compute", leaky if case.leaky else _HONEST),
    ):
        checks = judged(case, Path(folder), budget).checks
    return {check.code for check in checks if check.state == "failed"}


if __name__ == "__main__":
    sys.exit(main())
