"""The trained model of column types: two forests over figures and letters, scored by numpy.

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
from pipeweave_dagster.core.schema.type_model.features import Evidence, vector
from pipeweave_dagster.core.schema.type_model.name_letters import NAME_BUCKETS, name_buckets
from pipeweave_dagster.core.schema.type_model.sample_letters import SAMPLE_BUCKETS, sample_buckets
from pipeweave_dagster.core.schema.type_model.surroundings import surroundings

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
    named = _by_letters([name_buckets(e.name) for e in columns], "names", NAME_BUCKETS)
    sampled = _by_letters([sample_buckets(e.samples) for e in columns], "samples", SAMPLE_BUCKETS)
    figures = np.vstack([vector(e) for e in columns])
    inputs = np.hstack([figures, named, surroundings(columns, named), sampled])
    logits = joined(*(_trees(inputs, roots, model) for roots in (model["first"], model["second"])))
    return softmax((logits + model["offsets"]) / float(model["temperature"]))


def joined(first: NDArray[Any], second: NDArray[Any]) -> Floats:
    """The mean of two models' logarithms of probabilities, as logits."""
    return np.asarray((_log_softmax(first) + _log_softmax(second)) / 2)


def _log_softmax(logits: NDArray[Any]) -> NDArray[Any]:
    return np.log(softmax(logits) + 1e-12)


def _by_letters(places: list[NDArray[np.int64]], name: str, width: int) -> NDArray[np.float32]:
    """Probabilities by a linear model over letters alone, (columns, classes)."""
    model = _load()
    letters = np.zeros((len(places), width), np.float32)
    for row, found in zip(letters, places, strict=True):
        row[found] = 1 / np.sqrt(max(1, len(found)))
    weights = model[name].astype(np.float32)
    return softmax(letters @ weights + model[f"{name}_bias"]).astype(np.float32)


def _trees(
    inputs: NDArray[np.float32], roots: NDArray[np.int32], model: dict[str, NDArray[Any]]
) -> Floats:
    """Sum of the leaves of some trees per class; the trees take turns through the classes.

    A node's left child follows it, its right child stands `right` places on. The feature of a leaf
    is -1, and its threshold is its value.
    """
    feature, threshold, right = model["feature"], model["threshold"], model["right"]
    node = np.tile(roots, len(inputs))
    row = np.repeat(np.arange(len(inputs)), len(roots))
    inside = np.flatnonzero(feature[node] >= 0)
    while len(inside):
        at = node[inside]
        goes_left = inputs[row[inside], feature[at]] <= threshold[at]
        node[inside] = at + np.where(goes_left, 1, right[at])
        inside = inside[feature[node[inside]] >= 0]
    leaves = threshold[node].astype(np.float64)
    return np.asarray(leaves.reshape(len(inputs), -1, len(CLASSES)).sum(axis=1))
