"""Whether two model files predict the same, and the largest difference."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from pipeweave_dagster.core.export.model_comparison import ModelComparison
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.model.test_row_columns import feature_names


def run_comparison(first: Path, second: Path, test_rows: Path) -> ModelComparison:
    """See `core.export.compare_models`."""
    frame = exact_frame(pq.read_table(test_rows, partitioning=None))
    names = feature_names(list(frame.columns))
    table = frame[list(names)].rename(columns=names)
    a, b = (raw_scores(load_model(path), table) for path in (first, second))
    largest = float(np.max(np.abs(a - b), initial=0.0))
    return ModelComparison(
        rows=len(table), equal=bool(np.array_equal(a, b)), max_difference=largest
    )
