"""Labels that arrive after the predictions: one value per id, the newest counts."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.model.column_values import as_text
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.performance.scored_files import CombinedLabels, LabelFile

LABELS = "labels.parquet"
_ID, _LABEL = "id", "label"


def combine(files: list[LabelFile], id_column: str, target: str, out: Path) -> CombinedLabels:
    """Combine label files, the oldest first, into one label per id.

    Labels without a value are ignored, so a partial file does not erase earlier labels. A file that
    lacks the id or the target is refused, and the others count.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if all files are refused.
    """
    frames, refused = [], []
    for file in files:
        try:
            frames.append(_read(file, id_column, target))
        except PipeWeaveError as error:
            refused.append(error)
    if not frames:
        raise refused[0]
    table = pd.concat(frames, ignore_index=True)
    without_id, missing = int(table[_ID].isna().sum()), int(table[_LABEL].isna().sum())
    table = table.dropna()
    corrected = int((table.groupby(_ID)[_LABEL].nunique() > 1).sum())
    table = table.drop_duplicates(_ID, keep="last")
    path = out / LABELS
    table.to_parquet(path, index=False)
    return CombinedLabels(
        file=Payload.of(path, "application/vnd.apache.parquet"),
        rows=len(table),
        corrected=corrected,
        without_id=without_id,
        missing=missing,
        notes=[f"{file.name}: {note}" for file in files for note in file.notes],
        refused=[error.text for error in refused],
    )


def read_labels(path: Path) -> "pd.Series[str]":
    """Return the labels as text by id."""
    table = pq.read_table(path).to_pandas()
    return pd.Series(table[_LABEL].to_numpy(), index=table[_ID].to_numpy(), dtype=object)


def join_keys(values: pd.Series) -> "pd.Series[str]":
    """Return ids as text that is equal in files of all formats: `7`, `7.0` and ` 7` are one id."""
    texts = pd.Series(list(as_text(values)), dtype=object)
    return texts.str.strip().str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)


def _read(file: LabelFile, id_column: str, target: str) -> pd.DataFrame:
    stored = {name.strip().casefold(): name for name in pq.read_schema(file.path).names}
    names = []
    for column, role in ((id_column, "`id` in pipeweave.yaml"), (target, "the target")):
        name = stored.get(column.strip().casefold())
        if name is None:
            raise validation_error(
                f"The labels {file.name[:100]!r} have no column `{column}`, which is {role}.",
                fix=f"Give each row its `{id_column}` and its `{target}`.",
                columns=list(stored.values())[:100],
            )
        names.append(name)
    frame = exact_frame(pq.read_table(file.path, columns=names, partitioning=None))
    return pd.DataFrame(
        {
            _ID: join_keys(frame[names[0]]),
            _LABEL: pd.Series(list(as_text(frame[names[1]])), dtype=object),
        }
    )
