"""Train the model of column types from labelled columns, and write it as a small `.npz` file.

    python benchmarks/train_type_model.py data_train.csv [--out FILE.npz]

The data is that of SortingHat (Shah et al., SIGMOD 2021, Apache-2.0): columns with a human label
for their feature type. A linear model over the letters of the name gives probabilities that a
gradient boosting takes as features, beside PipeWeave's own figures of the column and what the other
columns of its file say. The linear ones are made out of fold and by whole source files, so the
boosting learns how far to trust a name. A second linear model sees names, samples and figures at
once; the mean of the two is what is shipped. Scoring needs numpy alone.
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
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from pipeweave_dagster.core.schema import type_model
from pipeweave_dagster.core.schema.evidence import Evidence, vector
from pipeweave_dagster.core.schema.name_letters import NAME_BUCKETS, name_buckets
from pipeweave_dagster.core.schema.sample_letters import (
    BIN_SCALE,
    BINS,
    SAMPLE_BUCKETS,
    SAMPLE_SCALE,
    bins_of,
    edges_of,
    sample_buckets,
)
from pipeweave_dagster.core.schema.surroundings import surroundings
from pipeweave_dagster.core.schema.type_model import CLASSES

CAP = 30
ROUNDS = 160
# Lists are rare once a file weighs no more than CAP columns (most of them stand in one file), so
# the boosting is too shy of them. Chosen on columns held out by file: 1.5 raises both their recall
# and the accuracy.
OFFSETS = np.where(np.array(CLASSES) == "list", 1.5, 0.0).astype(np.float32)
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
        np.vstack([vector(e) for e in evidence]),
        letters([e.name for e in evidence]),
        hashed([sample_buckets(e.samples) for e in evidence], SAMPLE_BUCKETS),
        np.array([CLASSES.index(c) for c in table["y_act"]]),
        files,
        np.minimum(1.0, CAP / sizes),
    )


def letters(names: list[str]) -> csr_matrix:
    """Hashed letters of names, each row of length one."""
    return hashed([name_buckets(name) for name in names], NAME_BUCKETS)


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
    """The linear model over letters of names, letters of samples and bins of figures."""

    edges: NDArray[np.float32]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def raw(self, data: Labelled) -> NDArray[np.float64]:
        """Logits of shape (n, classes)."""
        return np.asarray(wide(data, self.edges) @ self.weights + self.bias) + OFFSETS


def wide(data: Labelled, edges: NDArray[np.float32]) -> csr_matrix:
    """All that the linear model sees: (n, name buckets + sample buckets + bins)."""
    places = bins_of(data.figures, edges)
    count = len(places)
    ones = np.full(places.size, BIN_SCALE, np.float32)
    indices = (np.repeat(np.arange(count), places.shape[1]), places.ravel())
    binned = csr_matrix((ones, indices), (count, len(edges) * BINS))
    return hstack([data.letters, SAMPLE_SCALE * data.samples, binned]).tocsr()


def fit_linear(data: Labelled) -> Linear:
    """Train the linear model; large files weigh more than in the boosting, and less than they are.

    The two models err differently, and their mean is better than each.
    """
    edges = edges_of(data.figures)
    model = LogisticRegression(C=3.0, max_iter=80)
    model.fit(wide(data, edges), data.classes, sample_weight=np.sqrt(data.weights))
    weights = np.zeros((model.coef_.shape[1], len(CLASSES)))
    bias = np.full(len(CLASSES), -9.0)
    weights[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return Linear(edges, weights, bias)


@dataclass(frozen=True)
class Fitted:
    """The trained models and the temperature that calibrates their mean."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    booster: lgb.Booster
    linear: Linear
    temperature: float = 1.0

    def raw(self, data: Labelled) -> NDArray[np.float64]:
        """Logits of shape (n, classes), not yet calibrated."""
        inputs = inputs_of(data, named(self.weights, self.bias, data.letters))
        trees = np.asarray(self.booster.predict(inputs, raw_score=True)) + OFFSETS
        return type_model.joined(trees, self.linear.raw(data))


def inputs_of(data: Labelled, by_name: NDArray[np.float32]) -> NDArray[np.float32]:
    """Figures, probabilities by name, and what the other columns of each file say."""
    around: list[Any] = [None] * len(data.classes)
    for file in np.unique(data.files):
        rows = np.flatnonzero(data.files == file)
        found = surroundings([data.evidence[i] for i in rows], by_name[rows])
        for i, values in zip(rows, found, strict=True):
            around[i] = values
    return np.hstack([data.figures, by_name, np.vstack(around)])


def named(weights: Any, bias: Any, names: Any) -> NDArray[np.float32]:
    """Probabilities by the name alone."""
    return type_model.softmax(np.asarray(names @ weights + bias)).astype(np.float32)


def fit_names(data: Labelled) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The linear model over the letters of names."""
    model = LogisticRegression(C=6.0, max_iter=300)
    model.fit(data.letters, data.classes, sample_weight=data.weights)
    weights = np.zeros((NAME_BUCKETS, len(CLASSES)), np.float32)
    bias = np.full(len(CLASSES), -9.0, np.float32)
    weights[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return weights, bias


def fit(data: Labelled) -> Fitted:
    """Train on whole files; the name model's answers on files that it has not seen."""
    unseen = np.zeros((len(data.classes), len(CLASSES)), np.float32)
    folds = StratifiedGroupKFold(4, shuffle=True, random_state=1)
    for train, test in folds.split(data.figures, data.classes, data.files):
        weights, bias = fit_names(data.take(train))
        unseen[test] = named(weights, bias, data.letters[test])
    inputs = inputs_of(data, unseen)
    booster = lgb.train(
        PARAMETERS,
        lgb.Dataset(inputs, data.classes, weight=data.weights, free_raw_data=False),
        ROUNDS,
    )
    return Fitted(*fit_names(data), booster, fit_linear(data))


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
        chances = type_model.softmax(logits / value)[np.arange(len(logits)), data.classes]
        return float(-(data.weights * np.log(chances + 1e-12)).sum() / data.weights.sum())

    return float(minimize_scalar(loss, bounds=(0.3, 4.0), method="bounded").x)


def arrays(model: Fitted) -> dict[str, NDArray[Any]]:
    """The model as arrays: all trees in one table of nodes, leaves as negative numbers."""
    feature, threshold, left, right, leaf = [], [], [], [], []

    def walk(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaf.append(node["leaf_value"])
            return -len(leaf)
        place = len(feature)
        feature.append(node["split_feature"])
        threshold.append(node["threshold"])
        left.append(0)
        right.append(0)
        left[place] = walk(node["left_child"])
        right[place] = walk(node["right_child"])
        return place

    trees = model.booster.dump_model()["tree_info"]
    roots = [walk(tree["tree_structure"]) for tree in trees]
    linear = model.linear.weights.astype(np.float16)
    return {
        "feature": np.array(feature, np.int16),
        "threshold": np.array(threshold, np.float32),
        "left": np.array(left, np.int32),
        "right": np.array(right, np.int32),
        "leaf": np.array(leaf, np.float32),
        "roots": np.array(roots, np.int32),
        "names": model.weights.astype(np.float16),
        "bias": model.bias.astype(np.float32),
        "edges": model.linear.edges,
        "linear_names": linear[:NAME_BUCKETS],
        "linear_samples": linear[NAME_BUCKETS : NAME_BUCKETS + SAMPLE_BUCKETS],
        "linear_bins": linear[NAME_BUCKETS + SAMPLE_BUCKETS :],
        "linear_bias": model.linear.bias.astype(np.float32),
        "offsets": OFFSETS,
        "temperature": np.array(model.temperature, np.float32),
    }


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
    parser.add_argument("--out", type=Path, default=type_model.PATH)
    options = parser.parse_args()
    data = load(options.data)
    calibrated = temperature(out_of_fold(data), data)
    fitted = fit(data)
    model = replace(fitted, temperature=calibrated)
    digest = save(model, options.out)
    print(f"{options.out.name}: {options.out.stat().st_size / 1e3:.0f} kB, sha256 {digest}")


if __name__ == "__main__":
    main()
