"""The trained model of column types: a table of trees and a linear model, scored by numpy.

The file is made by `benchmarks/train_type_model.py`. It is read without pickle, and only if its
sha256 is the one that is written beside it.
"""

import hashlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.schema.evidence import Evidence, vector
from pipeweave_dagster.core.schema.name_letters import NAME_BUCKETS, name_buckets
from pipeweave_dagster.core.schema.sample_letters import (
    BIN_SCALE,
    SAMPLE_SCALE,
    bins_of,
    sample_buckets,
)
from pipeweave_dagster.core.schema.surroundings import surroundings

PATH = Path(__file__).with_name("type_model.npz")
CLASSES = (
    "numeric",
    "categorical",
    "datetime",
    "sentence",
    "url",
    "embedded-number",
    "list",
    "not-generalizable",
    "context-specific",
)
Floats = NDArray[np.float64]


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


@lru_cache(maxsize=1)
def _load() -> dict[str, NDArray[Any]]:
    data = PATH.read_bytes()
    expected = PATH.with_suffix(".sha256").read_text().strip()
    if hashlib.sha256(data).hexdigest() != expected:
        raise PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            "The model of column types is not the one that was shipped.",
            fix="Install PipeWeave again.",
        )
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def probabilities(columns: list[Evidence]) -> Floats:
    """Calibrated probability of each class for each column of one table, (columns, classes)."""
    model = _load()
    if not columns:
        return np.zeros((0, len(CLASSES)))
    figures = np.vstack([vector(e) for e in columns])
    named = _by_name([e.name for e in columns], model)
    inputs = np.hstack([figures, named, surroundings(columns, named)])
    trees = _trees(inputs, model) + model["offsets"]
    linear = _linear(columns, figures, model) + model["offsets"]
    return softmax(joined(trees, linear) / float(model["temperature"]))


def joined(trees: NDArray[Any], linear: NDArray[Any]) -> Floats:
    """The mean of two models' logarithms of probabilities, as logits."""
    return np.asarray((_log_softmax(trees) + _log_softmax(linear)) / 2)


def _log_softmax(logits: NDArray[Any]) -> NDArray[Any]:
    return np.log(softmax(logits) + 1e-12)


def _linear(
    columns: list[Evidence], figures: NDArray[np.float32], model: dict[str, NDArray[Any]]
) -> Floats:
    """Logits of the linear model over letters of names and samples, and over bins of figures."""
    names = model["linear_names"].astype(np.float64)
    samples = model["linear_samples"].astype(np.float64)
    logits = BIN_SCALE * model["linear_bins"].astype(np.float64)[
        bins_of(figures, model["edges"])
    ].sum(axis=1)
    logits += model["linear_bias"]
    for i, column in enumerate(columns):
        letters, seen = name_buckets(column.name), sample_buckets(column.samples)
        logits[i] += names[letters].sum(axis=0) / np.sqrt(max(1, len(letters)))
        logits[i] += SAMPLE_SCALE * samples[seen].sum(axis=0) / np.sqrt(max(1, len(seen)))
    return np.asarray(logits)


def _by_name(names: list[str], model: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    letters = np.zeros((len(names), NAME_BUCKETS), np.float32)
    for i, name in enumerate(names):
        found = name_buckets(name)
        letters[i, found] = 1 / np.sqrt(max(1, len(found)))
    weights = model["names"].astype(np.float32)
    return softmax(letters @ weights + model["bias"]).astype(np.float32)


def _trees(inputs: NDArray[np.float32], model: dict[str, NDArray[Any]]) -> Floats:
    """Sum of the leaves of all trees per class; the trees take turns through the classes."""
    feature, threshold = model["feature"], model["threshold"]
    left, right, roots = model["left"], model["right"], model["roots"]
    rows = np.arange(len(inputs))[:, None]
    node = np.repeat(roots[None, :], len(inputs), axis=0)
    while (node >= 0).any():
        inside = np.maximum(node, 0)
        goes_left = inputs[rows, feature[inside]] <= threshold[inside]
        node = np.where(node >= 0, np.where(goes_left, left[inside], right[inside]), node)
    leaves = model["leaf"][-node - 1].astype(np.float64)
    return np.asarray(leaves.reshape(len(inputs), -1, len(CLASSES)).sum(axis=1))
