"""Train the model of column types from labelled columns, and write it as a small `.npz` file.

    python benchmarks/train_type_model.py data_train.csv [--out FILE.npz]

The data is that of SortingHat (Shah et al., SIGMOD 2021, Apache-2.0): columns with a human label
for their feature type. Two linear models, over the letters of the name and over those of the sample
values, give probabilities that two gradient boostings take as features, beside PipeWeave's own
figures of the column and what the other columns of its file say. The linear ones are made out of
fold and by whole source files, so the boostings learn how far to trust letters. The mean of the two
boostings is what is shipped; the second draws its splits by chance and lets large files weigh more,
so that the two err differently. Scoring needs numpy alone.
"""

import argparse
import hashlib
import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from pipeweave_dagster.core.schema.type_model import forests
from pipeweave_dagster.core.schema.type_model.features import Evidence, feature_vector
from pipeweave_dagster.core.schema.type_model.forests import CLASSES
from pipeweave_dagster.core.schema.type_model.name_ngrams import NAME_BUCKETS, hash_name
from pipeweave_dagster.core.schema.type_model.sample_ngrams import SAMPLE_BUCKETS, hash_samples
from pipeweave_dagster.core.schema.type_model.table_context import table_context

CAP = 30
ROUNDS = 160
# Lists are rare once a file weighs no more than CAP columns (most of them stand in one file), and
# those that only a person can tell are easily taken for numbers, so that the boostings are too shy
# of both. Chosen on columns held out by file: the former raises both their recall and the accuracy,
# the latter costs 0.3 points of accuracy for 6 points of recall.
_SHY = {"list": 1.2, "context-specific": 0.7}
OFFSETS = np.array([_SHY.get(name, 0.0) for name in CLASSES], np.float32)
PARAMETERS = {
    "objective": "multiclass",
    "num_class": len(CLASSES),
    "learning_rate": 0.06,
    "num_leaves": 20,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.25,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "seed": 7,
    "verbosity": -1,
}
BY_CHANCE = PARAMETERS | {
    "extra_trees": True,
    "feature_fraction": 0.7,
    "min_data_in_leaf": 8,
}
BY_CHANCE_ROUNDS = 300
# How much a large file weighs in the second boosting: its columns' weight to this power.
FLATTER = 0.3
# Fewer binary digits of a threshold make a smaller file; 16 are four decimal places.
DIGITS = 16


@dataclass(frozen=True)
class Grid:
    """How a linear model is fitted: strengths to choose from, and the power of the weights."""

    strengths: tuple[float, ...]
    power: float


NAMES = Grid((3.0, 6.0, 12.0), 1.0)
SAMPLES = Grid((2.0, 4.0, 8.0, 16.0), 0.5)


@dataclass(frozen=True)
class Labelled:
    """Columns of all files: figures (n, f), letters (n, buckets), classes, files and weights."""

    evidence: list[Evidence]
    figures: NDArray[np.float32]
    letters: Any
    samples: Any
    classes: NDArray[np.int64]
    files: NDArray[Any]
    weights: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> "Labelled":
        """Some of the columns."""
        return Labelled(
            [self.evidence[i] for i in rows],
            self.figures[rows],
            self.letters[rows],
            self.samples[rows],
            self.classes[rows],
            self.files[rows],
            self.weights[rows],
        )


def load(path: Path) -> Labelled:
    """Read labelled columns; a file's columns together weigh at most as much as `CAP` columns."""
    table = pd.read_csv(path, encoding_errors="replace", dtype={"Attribute_name": str})
    samples = [f"sample_{i}" for i in range(1, 6)]
    texts = pd.read_csv(path, encoding_errors="replace", dtype=str, keep_default_na=False)
    evidence = [
        Evidence(
            name=text["Attribute_name"],
            rows=int(row["total_vals"]),
            missing=int(row["num_nans"]),
            distinct=int(row["num_of_dist_val"]),
            mean=float(row["mean"]),
            std=float(row["std_dev"]),
            low=float(row["min_val"]),
            high=float(row["max_val"]),
            samples=[text[s] for s in samples if text[s] not in {"", "nan", "NaN"}],
        )
        for row, text in zip(table.to_dict("records"), texts.to_dict("records"), strict=True)
    ]
    files = table["Record_id"].astype(str).to_numpy()
    sizes = pd.Series(files).map(pd.Series(files).value_counts()).to_numpy()
    return Labelled(
        evidence,
        np.vstack([feature_vector(e) for e in evidence]),
        letters([e.name for e in evidence]),
        hashed([hash_samples(e.samples) for e in evidence], SAMPLE_BUCKETS),
        np.array([CLASSES.index(c) for c in table["y_act"]]),
        files,
        np.minimum(1.0, CAP / sizes),
    )


def letters(names: list[str]) -> csr_matrix:
    """Hashed letters of names, each row of length one."""
    return hashed([hash_name(name) for name in names], NAME_BUCKETS)


def hashed(places: list[NDArray[np.int64]], width: int) -> csr_matrix:
    """Rows with equal values at some places, each of length one."""
    rows, columns, values = [], [], []
    for i, found in enumerate(places):
        rows += [i] * len(found)
        columns += found.tolist()
        values += [1 / np.sqrt(max(1, len(found)))] * len(found)
    return csr_matrix((values, (rows, columns)), (len(places), width), dtype=np.float32)


@dataclass(frozen=True)
class Linear:
    """A linear model over hashed letters: weights (buckets, classes) and bias (classes)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def chances(self, letters: Any) -> NDArray[np.float32]:
        """Probabilities by the letters alone, (n, classes)."""
        return forests.softmax(np.asarray(letters @ self.weights + self.bias)).astype(np.float32)


@dataclass(frozen=True)
class Fitted:
    """The trained models and the temperature that calibrates the mean of the boostings."""

    names: Linear
    samples: Linear
    boosters: tuple[lgb.Booster, lgb.Booster]
    temperature: float = 1.0

    def raw(self, data: Labelled) -> NDArray[np.float64]:
        """Logits of shape (n, classes), not yet calibrated."""
        by_name, by_sample = self.names.chances(data.letters), self.samples.chances(data.samples)
        inputs = inputs_of(data, by_name, by_sample)
        first, second = (np.asarray(b.predict(inputs, raw_score=True)) for b in self.boosters)
        return forests.average_log_proba(first, second) + OFFSETS


def inputs_of(
    data: Labelled, by_name: NDArray[np.float32], by_sample: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Figures, probabilities by letters, and what the other columns of each file say."""
    around: list[Any] = [None] * len(data.classes)
    for file in np.unique(data.files):
        rows = np.flatnonzero(data.files == file)
        found = table_context([data.evidence[i] for i in rows], by_name[rows])
        for i, values in zip(rows, found, strict=True):
            around[i] = values
    return np.hstack([data.figures, by_name, np.vstack(around), by_sample])


def fit_linear(letters: Any, data: Labelled, strength: float, power: float) -> Linear:
    """A linear model over letters; a class that is not among the data gets next to nothing.

    It is fitted until it converges, in double precision and on one thread, so that neither the
    order in which sums are rounded nor a number of steps decides what the boostings see.
    """
    model = LogisticRegression(C=strength, tol=1e-5, max_iter=5000)
    with threadpool_limits(1):
        model.fit(letters.astype(float), data.classes, sample_weight=data.weights**power)
    weights = np.zeros((letters.shape[1], len(CLASSES)), np.float32)
    bias = np.full(len(CLASSES), -9.0, np.float32)
    weights[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return Linear(weights, bias)


def fit_chosen(letters: Any, data: Labelled, grid: Grid) -> tuple[Linear, NDArray[np.float32]]:
    """The linear model of the strength that predicts files held out best, and those predictions.

    The files are held out among those of `data` alone, so a figure on other files is honest.
    """
    folds = list(
        StratifiedGroupKFold(4, shuffle=True, random_state=1).split(
            data.figures, data.classes, data.files
        )
    )
    found: list[tuple[float, float, NDArray[np.float32]]] = []
    for strength in grid.strengths:
        chances = np.zeros((len(data.classes), len(CLASSES)), np.float32)
        for train, test in folds:
            part = fit_linear(letters[train], data.take(train), strength, grid.power)
            chances[test] = part.chances(letters[test])
        found.append((log_loss(chances, data), strength, chances))
    _, strength, chances = min(found, key=lambda one: one[0])
    return fit_linear(letters, data, strength, grid.power), chances


def log_loss(chances: NDArray[Any], data: Labelled) -> float:
    """Weighted mean of minus the log of what the labels get."""
    likely = chances[np.arange(len(chances)), data.classes]
    return float(-(data.weights * np.log(likely + 1e-12)).sum() / data.weights.sum())


def fit(data: Labelled) -> Fitted:
    """Train on whole files; the linear models' answers on files that they have not seen."""
    names, by_name = fit_chosen(data.letters, data, NAMES)
    samples, by_sample = fit_chosen(data.samples, data, SAMPLES)
    inputs = inputs_of(data, by_name, by_sample)

    def boosted(parameters: dict[str, Any], power: float, rounds: int) -> lgb.Booster:
        rows = lgb.Dataset(inputs, data.classes, weight=data.weights**power)
        return lgb.train(parameters, rows, rounds)

    boosters = (
        boosted(PARAMETERS, 1.0, ROUNDS),
        boosted(BY_CHANCE, FLATTER, BY_CHANCE_ROUNDS),
    )
    return Fitted(names, samples, boosters)


def out_of_fold(data: Labelled, folds: int = 5) -> NDArray[np.float64]:
    """Logits for each column by a model that has not seen its file."""
    logits = np.zeros((len(data.classes), len(CLASSES)))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    for train, test in split.split(data.figures, data.classes, data.files):
        logits[test] = fit(data.take(train)).raw(data.take(test))
    return logits


def temperature(logits: NDArray[np.float64], data: Labelled) -> float:
    """The divisor of the logits that makes the log loss least (Guo et al., 2017)."""

    def loss(value: float) -> float:
        return log_loss(forests.softmax(logits / value), data)

    return float(minimize_scalar(loss, bounds=(0.3, 4.0), method="bounded").x)


def arrays(model: Fitted) -> dict[str, NDArray[Any]]:
    """The model as arrays: all trees of both boostings in one table of nodes, root first."""
    feature: list[int] = []
    threshold: list[float] = []
    right: list[int] = []

    def walk(node: dict[str, Any]) -> int:
        place = len(feature)
        feature.append(node.get("split_feature", -1))
        threshold.append(node["threshold"] if "threshold" in node else node["leaf_value"])
        right.append(0)
        if "left_child" in node:
            walk(node["left_child"])
            right[place] = walk(node["right_child"]) - place
        return place

    first, second = (
        [walk(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
        for booster in model.boosters
    )
    return {
        "feature": np.array(feature, np.int16),
        "threshold": rounded(np.array(threshold)),
        "right": np.array(right, np.uint8),
        "first": np.array(first, np.int32),
        "second": np.array(second, np.int32),
        "names": model.names.weights.astype(np.float16),
        "names_bias": model.names.bias,
        "samples": model.samples.weights.astype(np.float16),
        "samples_bias": model.samples.bias,
        "offsets": OFFSETS,
        "temperature": np.array(model.temperature, np.float32),
    }


def rounded(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Numbers with `DIGITS` binary digits."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(mantissa * 2**DIGITS) / 2**DIGITS, exponent).astype(np.float32)


def save(model: Fitted, path: Path) -> str:
    """Write the arrays, without dates inside, and the sha256 beside; gives the sha256."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays(model).items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_DEFLATED)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}\n")
    return digest


def main() -> None:
    """Train on all columns and write the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=forests.PATH)
    options = parser.parse_args()
    data = load(options.data)
    calibrated = temperature(out_of_fold(data), data)
    fitted = fit(data)
    model = replace(fitted, temperature=calibrated)
    digest = save(model, options.out)
    print(f"{options.out.name}: {options.out.stat().st_size / 1e3:.0f} kB, sha256 {digest}")


if __name__ == "__main__":
    main()
