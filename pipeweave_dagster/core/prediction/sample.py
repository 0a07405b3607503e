"""Score an even sample of a table's rows: where a distribution is asked for, and not each row."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import Payload, TrainedModel
from pipeweave_dagster.core.prediction.score_table import run_scoring


def score_sample(
    model: Path, trained: TrainedModel, data: Path, out: Path, most_rows: int
) -> Payload:
    """See `pipeweave_dagster.core.prediction.predict_sample`."""
    with pq.ParquetFile(data) as file:
        every = max(1, -(-file.metadata.num_rows // most_rows))
        if every == 1:
            return run_scoring(model, trained, data, out).predictions
        rows = out / "sample.parquet"
        known = [name for name in trained.features if name in file.schema_arrow.names]
        with pq.ParquetWriter(rows, pa.schema(map(file.schema_arrow.field, known))) as writer:
            first = 0
            for block in file.iter_batches(columns=known):
                places = np.arange(-first % every, len(block), every)
                writer.write_table(pa.Table.from_batches([block]).select(known).take(places))
                first += len(block)
    return run_scoring(model, trained, rows, out).predictions
