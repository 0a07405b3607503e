"""Write scored rows as the files that users download."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write_outputs(
    predictions: Path, out: Path, stamp: dict[str, str], kinds: Sequence[str] = ("parquet", "csv")
) -> list[str]:
    """Write `output.parquet` and `output.csv` from the predictions of `predict`.

    Both are written block by block. Equal predictions and stamps give equal bytes.

    Args:
        predictions: Parquet with `row_id`, `prediction` and `probability_<class>`.
        out: Folder for the files.
        stamp: Constant columns with the origin of the predictions (model version, data version),
            added after them; without them there is no `row_id` either.
        kinds: Which files to write.

    Returns:
        The names of the columns, in order.
    """
    import contextlib

    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    with contextlib.ExitStack() as opened:
        file = opened.enter_context(pq.ParquetFile(predictions))
        source = file.schema_arrow
        fields = [field for field in source if stamp or field.name != "row_id"]
        schema = pa.schema([*fields, *(pa.field(name, pa.string()) for name in stamp)])
        writers: list[Any] = []
        if "parquet" in kinds:
            writers.append(opened.enter_context(table_writer(out / "output.parquet", schema)))
        if "csv" in kinds:
            writers.append(opened.enter_context(pa_csv.CSVWriter(out / "output.csv", schema)))
        for batch in file.iter_batches():
            arrays = [batch.column(field.name) for field in fields]
            arrays += [
                pa.repeat(pa.scalar(value, pa.string()), batch.num_rows) for value in stamp.values()
            ]
            table = pa.Table.from_arrays(arrays, schema=schema)
            for writer in writers:
                writer.write_table(table)
    return list(schema.names)


def table_writer(path: Path, schema: Any, compression: Any = "zstd") -> Any:
    """Open a writer of a Parquet file of predictions.

    Numbers are written as they are: nearly all of them are distinct, so a dictionary of them takes
    two fifths of the time to write, and a quarter of the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts: Any = [field.name for field in schema if pa.types.is_string(field.type)]
    return pq.ParquetWriter(path, schema, compression=compression, use_dictionary=texts)
