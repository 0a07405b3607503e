"""How long a stored model takes for one row."""

from pathlib import Path

import pyarrow.parquet as pq

from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.row_time import row_ms
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.model.test_row_columns import feature_names


def measure_ms(model: Path, rows: Path) -> float:
    """See `pipeweave_dagster.core.prediction.prediction_ms`."""
    names = feature_names(pq.read_schema(rows).names)
    first = exact_frame(pq.read_table(rows, columns=list(names)).slice(0, 1))
    return row_ms(load_model(model), first.rename(columns=names))
