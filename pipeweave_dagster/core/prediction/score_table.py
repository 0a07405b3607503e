"""Score a table with a model file, block by block, so that memory does not grow with the table."""

import itertools
import logging
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Payload, TrainedModel
from pipeweave_dagster.core.model.bundle_scores import BLOCK_ROWS
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.unseen_categories import category_columns
from pipeweave_dagster.core.prediction.batch_policy import BatchPolicy, HeldRows
from pipeweave_dagster.core.prediction.block_scorer import BlockScorer
from pipeweave_dagster.core.prediction.copied_columns import (
    copied_columns,
    found_columns,
    not_copied_note,
)
from pipeweave_dagster.core.prediction.input_check import check_columns, column_notes
from pipeweave_dagster.core.prediction.loaded_model import LoadedModel
from pipeweave_dagster.core.prediction.outputs import table_writer
from pipeweave_dagster.core.prediction.scored_rows import ScoredRows

_log = logging.getLogger(__name__)
_ARROW: dict[str, pa.DataType] = {"b": pa.bool_(), "i": pa.int64(), "f": pa.float64()}


def run_scoring(
    model: Path,
    trained: TrainedModel,
    data: Path,
    out: Path,
    *,
    explain: bool = False,
    policy: BatchPolicy | None = None,
    held: HeldRows | None = None,
) -> ScoredRows:
    """Score a table; see `pipeweave_dagster.core.prediction.predict`."""
    present = pq.read_schema(data).names
    keep = policy.keep if policy else []
    refuse = policy is not None and policy.on_missing == "refuse"
    kept = found_columns(keep, present)
    columns = check_columns(trained, present, [*kept.values()], refuse=refuse)
    notes = column_notes(columns, trained)
    lost = [name for name in keep if name not in kept]
    notes += [not_copied_note(lost)] if lost else []
    loaded = LoadedModel(model, trained, policy, held)
    scorer = BlockScorer(loaded, columns.wanted, explain=explain)
    path = out / "predictions.parquet"
    read = list(dict.fromkeys([*columns.wanted, *kept.values()]))
    coded = [] if explain else category_columns(loaded.bundle["frame"])
    rows = row_blocks(data, read, coded)
    with threadpool_limits(1, user_api="blas"):  # threads that wait take more time than they save
        _write(path, (_scored(scorer, block, columns.wanted, kept) for block in rows))
    ignored = counted(len(columns.ignored), "column")
    _log.info("%s scored, %s ignored", counted(scorer.rows, "row"), ignored)
    return ScoredRows(
        rows=scorer.rows,
        predictions=Payload.of(path, "application/vnd.apache.parquet"),
        ignored_columns=columns.ignored,
        missing_columns=columns.missing,
        unseen_categories={name: found.values for name, found in scorer.unseen.items()},
        blank_columns=scorer.blank,
        outside_training=scorer.outside if scorer.knows_region else None,
        abstained=scorer.abstained,
        counts=scorer.counts,
        notes=[*notes, *scorer.notes()],
    )


def row_blocks(
    data: Path, columns: list[str], coded: Collection[str] = ()
) -> Iterator[pd.DataFrame]:
    """Return the rows of a Parquet file in blocks; one without rows if it has none.

    Args:
        data: The file.
        columns: Names of the columns to return.
        coded: Those of them that are pandas categoricals if they are texts, of which each distinct
            one is looked at once.
    """
    texts = [f.name for f in pq.read_schema(data) if pa.types.is_string(f.type)]
    codes = [name for name in columns if name in coded and name in texts]
    with pq.ParquetFile(data, read_dictionary=codes) as file:
        rows = 0
        for batch in file.iter_batches(batch_size=BLOCK_ROWS, columns=columns):
            frame = exact_frame(pa.Table.from_batches([batch]))
            frame.index = pd.RangeIndex(rows, rows + len(frame))
            rows += len(frame)
            yield frame
        if rows == 0:
            yield exact_frame(file.schema_arrow.empty_table().select(columns))


def _scored(
    scorer: BlockScorer, rows: pd.DataFrame, wanted: list[str], kept: dict[str, str]
) -> dict[str, Any]:
    scores = scorer.score(rows[wanted])
    given = pd.DataFrame({name: rows[own] for name, own in kept.items()})
    copied = copied_columns(given, list(kept), list(scores.columns))
    first = scorer.rows - len(rows)
    named = {str(name): values for name, values in scores.items()}
    return {"row_id": np.arange(first, scorer.rows), **copied, **named}


def _write(path: Path, blocks: Iterator[dict[str, Any]]) -> None:
    """Write blocks of columns to one Parquet file; the types are those of the first block."""
    first = next(blocks)
    schema = pa.schema(
        [
            pa.field(name, _ARROW.get(np.asarray(values).dtype.kind, pa.string()))
            for name, values in first.items()
        ]
    )
    with table_writer(path, schema, "lz4") as writer:  # read again at once
        for block in itertools.chain([first], blocks):
            writer.write_table(_table(block, schema))


def _table(block: dict[str, Any], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(block[f.name], f.type, from_pandas=True) for f in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
