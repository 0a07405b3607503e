"""The trained type model: two forests on column statistics and n-grams, evaluated with numpy.

The model file is made by `benchmarks/train_type_model.py`. It is loaded without pickle, and only if
it has the SHA-256 stored beside it.
"""

import hashlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.schema.type_model.features import Evidence, feature_vector
from pipeweave_dagster.core.schema.type_model.name_ngrams import NAME_BUCKETS, hash_name
from pipeweave_dagster.core.schema.type_model.sample_ngrams import SAMPLE_BUCKETS, hash_samples
from pipeweave_dagster.core.schema.type_model.table_context import table_context

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
_COLUMNS_AT_ONCE = 64
"""The nodes of this many columns in all trees fit into a processor's cache."""


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Return probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


@lru_cache(maxsize=1)
def load_model() -> dict[str, NDArray[Any]]:
    """Return the arrays of the model file, which must be the released one."""
    data = PATH.read_bytes()
    expected = PATH.with_suffix(".sha256").read_text().strip()
    if hashlib.sha256(data).hexdigest() != expected:
        raise PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            "The file of the column type model differs from the released one.",
            fix="Reinstall PipeWeave.",
        )
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def predict_proba(columns: list[Evidence]) -> Floats:
    """Return calibrated class probabilities for the columns of one table, (columns, classes)."""
    return probabilities_of(inputs_of(columns)) if columns else np.zeros((0, len(CLASSES)))


def inputs_of(columns: list[Evidence]) -> NDArray[np.float32]:
    """Return the inputs of the forests for the columns of one table, (columns, features)."""
    by_name = _linear_proba([hash_name(e.name) for e in columns], "names", NAME_BUCKETS)
    by_samples = _linear_proba(
        [hash_samples(e.samples) for e in columns], "samples", SAMPLE_BUCKETS
    )
    features = np.vstack([feature_vector(e) for e in columns])
    return np.hstack([features, by_name, table_context(columns, by_name), by_samples])


def probabilities_of(inputs: NDArray[np.float32]) -> Floats:
    """Return calibrated class probabilities, (columns, classes)."""
    model = load_model()
    logits = average_log_proba(
        *(_trees(inputs, roots, model) for roots in (model["first"], model["second"]))
    )
    return softmax((logits + model["offsets"]) / float(model["temperature"]))


def average_log_proba(first: NDArray[Any], second: NDArray[Any]) -> Floats:
    """Average the log probabilities of two models; the result is logits."""
    return np.asarray((_log_softmax(first) + _log_softmax(second)) / 2)


def _log_softmax(logits: NDArray[Any]) -> NDArray[Any]:
    return np.log(softmax(logits) + 1e-12)


def _linear_proba(buckets: list[NDArray[np.int64]], name: str, width: int) -> NDArray[np.float32]:
    """Return class probabilities by a linear model on n-grams, (columns, classes)."""
    model = load_model()
    ngrams = np.zeros((len(buckets), width), np.float32)
    for row, present in zip(ngrams, buckets, strict=True):
        row[present] = 1 / np.sqrt(max(1, len(present)))
    weights = model[name].astype(np.float32)
    return softmax(ngrams @ weights + model[f"{name}_bias"]).astype(np.float32)


def _trees(
    inputs: NDArray[np.float32], roots: NDArray[np.int32], model: dict[str, NDArray[Any]]
) -> Floats:
    """Sum the leaf values of trees per class; tree `i` belongs to class `i` modulo classes."""
    parts = range(0, len(inputs), _COLUMNS_AT_ONCE)
    return np.vstack([_sums(inputs[i : i + _COLUMNS_AT_ONCE], roots, model) for i in parts])


def _sums(
    inputs: NDArray[np.float32], roots: NDArray[np.int32], model: dict[str, NDArray[Any]]
) -> Floats:
    """Descend from all roots at once.

    A node's left child follows it, its right child is at offset `right`. The feature of a leaf is
    -1, and its threshold is its value.
    """
    feature, threshold, right = model["feature"], model["threshold"], model["right"]
    node = np.tile(roots, len(inputs))
    row = np.repeat(np.arange(len(inputs)), len(roots))
    active = np.flatnonzero(feature[node] >= 0)
    while len(active):
        at = node[active]
        goes_left = inputs[row[active], feature[at]] <= threshold[at]
        node[active] = at + np.where(goes_left, 1, right[at])
        active = active[feature[node[active]] >= 0]
    leaves = threshold[node].astype(np.float64)
    return np.asarray(leaves.reshape(len(inputs), -1, len(CLASSES)).sum(axis=1))
