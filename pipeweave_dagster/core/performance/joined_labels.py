"""Join the labels to the rows of a scored batch."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.model.test_row_columns import output_columns
from pipeweave_dagster.core.performance.expected_scores import are_known
from pipeweave_dagster.core.performance.labels import join_keys
from pipeweave_dagster.core.performance.scored_files import ModelVersion
from pipeweave_dagster.core.training.data.target import encode_classes

_UNKNOWN = -1


class Joined(NamedTuple):
    """Rows of a batch that have a label which the model can predict.

    Attributes:
        rows: Their positions in the batch.
        y: Their class codes or values.
        matched: How many rows have a label of any kind.
        digest: Hash of all labels of the batch; equal if none has arrived or was corrected.
    """

    rows: Codes
    y: Array | Codes
    matched: int
    digest: str


def outputs_of(version: ModelVersion, predictions: Path) -> Array:
    """Return the stored outputs: probabilities (rows, classes), or values (rows,)."""
    names = output_columns(version.trained.classes)
    table = pq.read_table(predictions, columns=names, partitioning=None)
    columns = [table[name].to_numpy().astype(np.float64) for name in names]
    return np.column_stack(columns) if version.trained.classes else columns[0]


def keys_of(predictions: Path, id_column: str) -> "pd.Series[str] | None":
    """Return the ids of the scored rows; None if the file of predictions does not have them."""
    names = {name.casefold(): name for name in pq.read_schema(predictions).names}
    name = names.get(id_column.strip().casefold())
    if name is None:
        return None
    column = pq.read_table(predictions, columns=[name], partitioning=None).column(0)
    return join_keys(column.to_pandas())


def join(
    version: ModelVersion, output: Array, keys: "pd.Series[str]", labels: "pd.Series[str]"
) -> Joined:
    """Return the rows of a batch that have a prediction, and a label that the model can predict."""
    texts = keys.map(labels)
    rows = np.flatnonzero(texts.notna())
    found = texts.iloc[rows].to_numpy()
    pairs = zip(rows.tolist(), found.tolist(), strict=True)
    digest = hashlib.sha256(repr(list(pairs)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    y = _targets(version, found)
    known = np.isfinite(y) if y.dtype.kind == "f" else y != _UNKNOWN
    known &= are_known(output[rows])
    return Joined(rows[known], y[known], len(rows), digest)


def _targets(version: ModelVersion, texts: np.ndarray) -> Array | Codes:
    """Return class codes (-1 for a class that the model does not know), or values."""
    classes = version.trained.classes
    if not classes:
        return pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(dtype=np.float64)
    if not len(texts):
        return np.empty(0, dtype=np.intp)
    found, codes = encode_classes(version.spec, texts)
    place = {label: code for code, label in enumerate(classes)}
    return np.array([place.get(label, _UNKNOWN) for label in found], dtype=np.intp)[codes]
