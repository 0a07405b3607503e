"""Read rows as the training data was read, without PipeWeave and without DuckDB.

`core.ingest.aligned_batch` does the same for files, in DuckDB; tests hold the two together. The
source is copied beside exported and registered models, which keep the *reading* (see
`core.ingest.types.batch_forms.reading_of`) in a JSON file.
"""

from typing import Any, NamedTuple

import pandas as pd

from pipeweave_dagster.core.model.column_cells import cells_of, read_values, texts_of, truth_notes
from pipeweave_dagster.core.model.column_places import column_places
from pipeweave_dagster.core.model.frame_cells import as_frame
from pipeweave_dagster.core.model.frame_hashes import with_hashes
from pipeweave_dagster.core.model.value_forms import choose_forms, form_note, mismatch_note


class ReadRows(NamedTuple):
    """Rows with the types of the training data, and what was read in another way or not at all.

    Attributes:
        rows: The columns that the model uses and the rows have; as many rows, in their order.
        notes: What the user should know.
        set_missing: Number of values that are no values of the type, by column.
        blank: Columns without any value.
    """

    rows: pd.DataFrame
    notes: list[str]
    set_missing: dict[str, int]
    blank: list[str]


def read_frame(reading: dict[str, Any], rows: Any, key: str | None = None) -> ReadRows:
    """Read rows as the training data was read.

    Args:
        reading: How the training data was read.
        rows: A data frame, a list of dicts, a dict of lists, or an array with the columns of the
            training table in order. Values are texts as in a file, or typed.
        key: The key of columns that were hashed for training.

    Raises:
        ColumnsError: The rows have no column that the model uses, or no names and another number of
            columns than the training table, or values to hash without the key of then.
    """
    frame = as_frame(rows)
    places = column_places(reading, frame)
    frame, notes = with_hashes(reading, frame, places, key)
    columns = [c for c in reading["columns"] if c["name"] in places]
    cells = [cells_of(reading, c, frame.iloc[:, places[c["name"]]]) for c in columns]
    by_name = {c.name: c for c in cells}
    texts = {c.name: texts_of(reading, c) for c in cells if c.forms}
    chosen = choose_forms(texts)
    missing, found = {}, {}
    for name, column in by_name.items():
        if name in chosen:
            notes.append(form_note(name, texts[name], chosen[name]))
        notes += truth_notes(column, frame.iloc[:, places[name]])
        found[name], unread = read_values(reading, column, chosen.get(name))
        if unread:
            missing[name] = sum(n for _, n in unread)
            notes.append(mismatch_note(name, column.type, unread))
    read = pd.DataFrame(found, index=pd.RangeIndex(len(frame)))
    blank = [str(name) for name in read if len(read) and read[name].isna().all()]
    return ReadRows(read, notes, missing, blank)
