"""The model of the probe: a few boosted trees with small leaves, repeatable, on one thread."""

from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.structure.probe_rows import ProbeRows, Rows

_ROUNDS, _LEAST_ROUNDS = 60, 15
_SMALL = 1_000
"""Rows up to which leaves of two rows are allowed: small tables could not learn otherwise."""


def predictions(data: ProbeRows, learn: Rows, rows: Rows) -> Floats:
    """Return probabilities (rows, classes) or values (rows,) of a model fitted on other rows."""
    if data.classes and len(known := np.unique(data.y[learn])) < 2:
        output = np.full((len(rows), data.classes), 1e-6)
        output[:, known.astype(np.intp)] = 1.0
        return output
    import lightgbm

    y, codes = data.y[learn], None
    if data.classes:
        codes, places = np.unique(y, return_inverse=True)
        y = places.astype(np.float64)
    count = 0 if codes is None else len(codes)
    rounds = _ROUNDS if count <= 2 else max(_LEAST_ROUNDS, 2 * _ROUNDS // count)
    model = lightgbm.train(
        _parameters(count, len(learn)), lightgbm.Dataset(data.x[learn], y), num_boost_round=rounds
    )
    found = np.asarray(model.predict(data.x[rows], num_threads=1), dtype=np.float64)
    if codes is None:
        return found
    known_output = np.column_stack([1 - found, found]) if count == 2 else found
    output = np.full((len(rows), data.classes), 1e-6)
    output[:, codes.astype(np.intp)] = known_output
    clipped: Floats = np.clip(output, 1e-4, 1.0)
    return clipped


def _parameters(classes: int, rows: int) -> dict[str, Any]:
    task = {0: {"objective": "regression"}, 2: {"objective": "binary"}}
    return {
        **task.get(classes, {"objective": "multiclass", "num_class": classes}),
        "num_leaves": 31,
        "learning_rate": 0.1,
        "min_data_in_leaf": 2 if rows <= _SMALL else 5,
        "min_data_in_bin": 1,
        "lambda_l2": 1.0,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": 0,
        "verbosity": -1,
    }
