"""Write scored rows as the files that users download."""

from pathlib import Path


def write_outputs(predictions: Path, out: Path, stamp: dict[str, str]) -> list[str]:
    """Write `output.parquet` and `output.csv` from the predictions of `predict`.

    Args:
        predictions: Parquet with `row_id`, `prediction` and `probability_<class>`.
        out: Folder for the two files.
        stamp: Constant columns with the origin of the predictions (model version, data version,
            run), added after them; without them there is no `row_id` either.

    Returns:
        The names of the columns, in order.
    """
    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    table = pq.read_table(predictions, partitioning=None)
    if not stamp:
        table = table.drop_columns(["row_id"])
    for name, value in stamp.items():
        constant = pa.repeat(pa.scalar(value, pa.string()), table.num_rows)
        table = table.append_column(name, constant)
    pq.write_table(table, out / "output.parquet", compression="zstd")
    pa_csv.write_csv(table, out / "output.csv")
    return list(table.column_names)
