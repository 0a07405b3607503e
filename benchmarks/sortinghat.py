"""Measure the deduction of feature types on labelled columns (SortingHat, nine classes).

    python benchmarks/sortinghat.py --cv data_train.csv
    python benchmarks/sortinghat.py --train data_train.csv --test data_test.csv

`--cv` holds out whole source files (`Record_id`) and lets a file weigh no more than 30 columns:
what a user can expect on a table of his own. It prints (b) accuracy, (c) calibration error (15
bins of equal width, weighted) and (d) recall of context-specific and list without the two files
that hold most of them. `--train --test` prints (a) the accuracy on the given test file, as the
last line.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from train_type_model import Labelled, fit, load, out_of_fold, temperature

from pipeweave_dagster.core.schema.type_model.forests import CLASSES, softmax

_DOMINANT = {"context-specific": "350", "list": "3493"}


def accuracy(chances: NDArray[np.float64], data: Labelled) -> float:
    """Weighted share of columns whose likeliest class is the label."""
    right = chances.argmax(1) == data.classes
    return float((right * data.weights).sum() / data.weights.sum())


def calibration_error(chances: NDArray[np.float64], data: Labelled, bins: int = 15) -> float:
    """Weighted mean distance of confidence and accuracy over bins of confidence."""
    confidence, right = chances.max(1), chances.argmax(1) == data.classes
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        weight = data.weights * (place == b)
        if weight.sum():
            total += abs((weight * (right - confidence)).sum())
    return float(total / data.weights.sum())


def recall(chances: NDArray[np.float64], data: Labelled, name: str, without: set[str]) -> float:
    """Unweighted recall of one class, columns of some files left out."""
    rows = (data.classes == CLASSES.index(name)) & ~np.isin(data.files, sorted(without))
    return float((chances.argmax(1)[rows] == CLASSES.index(name)).mean())


def cross_validate(path: Path) -> None:
    """Print (b), (c) and (d)."""
    data = load(path)
    logits = out_of_fold(data)
    # The temperature of each half of the files is taken from the other half.
    half = np.array([hash(f) % 2 for f in map(int, data.files)])
    chances = np.zeros_like(logits)
    for side in (0, 1):
        other = np.flatnonzero(half != side)
        chances[half == side] = softmax(
            logits[half == side] / temperature(logits[other], data.take(other))
        )
    print(f"columns {len(data.classes)}, files {len(set(data.files))}")
    print(f"(b) accuracy by source file, files capped: {accuracy(chances, data):.4f}")
    plain = (chances.argmax(1) == data.classes).mean()
    print(f"    the same, every column weighing one:   {plain:.4f}")
    print(f"(c) calibration error:                     {calibration_error(chances, data):.4f}")
    for name in _DOMINANT:
        value = recall(chances, data, name, set(_DOMINANT.values()))
        print(f"(d) recall of {name:20}         {value:.4f}")
    for i, name in enumerate(CLASSES):
        rows = data.classes == i
        print(f"    recall of {name:20}         {(chances.argmax(1)[rows] == i).mean():.4f}")


def train_and_test(train: Path, test: Path) -> None:
    """Print (a)."""
    data, held = load(train), load(test)
    chances = softmax(fit(data).raw(held))
    print(f"(a) accuracy on the given split: {(chances.argmax(1) == held.classes).mean():.4f}")


def main() -> None:
    """Print the figures that were asked for, (a) last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cv", type=Path)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--test", type=Path)
    options = parser.parse_args()
    if options.cv:
        cross_validate(options.cv)
    if options.train and options.test:
        train_and_test(options.train, options.test)


if __name__ == "__main__":
    main()
