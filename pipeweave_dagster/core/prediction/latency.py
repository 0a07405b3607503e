"""How long a model takes for one row."""

import statistics
import time
from pathlib import Path

import pyarrow.parquet as pq

from pipeweave_dagster.core.model.serving import exact_frame, load_bundle, raw_scores
from pipeweave_dagster.core.model.test_row_columns import feature_names

_REPEATS = 5


def measure_ms(model: Path, rows: Path) -> float:
    """See `pipeweave_dagster.core.prediction.prediction_ms`."""
    bundle = load_bundle(model)
    names = feature_names(pq.read_schema(rows).names)
    row = exact_frame(pq.read_table(rows, columns=list(names)).slice(0, 1)).rename(columns=names)
    raw_scores(bundle, row)  # the first call allocates
    took = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        raw_scores(bundle, row)
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)
