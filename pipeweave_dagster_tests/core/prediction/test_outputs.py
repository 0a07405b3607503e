"""Files of predictions have every value, and a dictionary of texts alone."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.prediction.outputs import table_writer, write_outputs


def written(path: Path, columns: dict[str, object]) -> pa.Table:
    table = pa.table(columns)
    with table_writer(path, table.schema) as writer:
        writer.write_table(table)
    return table


def test_numbers_are_written_as_they_are_and_texts_by_a_dictionary(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).random(500)
    columns = {"row_id": np.arange(500), "prediction": ["yes", "no"] * 250, "a.b": numbers}
    table = written(tmp_path / "predictions.parquet", columns)
    write_outputs(tmp_path / "predictions.parquet", tmp_path, {"model": "m"})

    for name in ("predictions", "output"):
        path = tmp_path / f"{name}.parquet"
        group = pq.read_metadata(path).row_group(0)
        places = {group.column(i).path_in_schema: group.column(i) for i in range(3)}
        with_dictionary = {n: "RLE_DICTIONARY" in c.encodings for n, c in places.items()}
        assert with_dictionary == {"row_id": False, "prediction": True, "a.b": False}
        assert pq.read_table(path, columns=list(columns)).equals(table)


@pytest.mark.parametrize("columns", [{"prediction": [0.5]}, {"prediction": ["a"]}])
def test_tables_of_numbers_or_texts_alone_are_written(
    columns: dict[str, object], tmp_path: Path
) -> None:
    table = written(tmp_path / "predictions.parquet", columns)

    assert pq.read_table(tmp_path / "predictions.parquet").equals(table)
