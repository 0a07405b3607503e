"""Files and data frames as files that the reader understands."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.documents import Payload, RawFile
from pipeweave_dagster.core.errors import not_found, validation_error

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    Source = str | Path | pd.DataFrame | pa.Table | list[dict[str, Any]]


def as_file(source: "Source", folder: Path) -> tuple[RawFile, Path]:
    """Return a source as a described file; a data frame is written as Parquet.

    Args:
        source: A path, a data frame (pandas, polars, Arrow, or what has the Arrow interface), or a
            list of dicts, one per row.
        folder: Folder for the file of a data frame.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such file, VALIDATION_ERROR for a folder, other
            objects, and data frames without columns or rows.
    """
    if isinstance(source, str | Path):
        path = Path(source).expanduser().absolute()
        if path.is_dir():
            raise validation_error(f"{str(source)!r} is a folder.", fix="Name one file.")
        if not path.is_file():
            raise not_found(f"There is no file {str(source)!r}.", fix="Check the path.")
    else:
        path = folder / "frame.parquet"
        _write_parquet(source, path)
    payload = Payload.of(path)
    raw = RawFile(name=path.name, sha256=payload.sha256, size_bytes=payload.size_bytes)
    return raw, path


def _write_parquet(frame: Any, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = _as_arrow(frame)
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise validation_error(
            f"The table cannot be read: {'; '.join(map(str, error.args))}",
            fix="Give a path, a data frame whose columns have one type each, or a list of dicts.",
        ) from error
    for what, count in (("columns", table.num_columns), ("rows", table.num_rows)):
        if not count:
            raise validation_error(f"The data frame has no {what}.", fix="Give one that has data.")
    pq.write_table(table, path)


def _as_arrow(frame: Any) -> "pa.Table":
    import pandas as pd
    import pyarrow as pa

    from pipeweave_dagster.notebook.frames import arrow_of_pandas

    if isinstance(frame, list) and frame and all(isinstance(row, dict) for row in frame):
        frame = pd.DataFrame(frame)
    if isinstance(frame, pd.DataFrame):
        return arrow_of_pandas(frame)
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.table(frame)
    raise TypeError(f"{type(frame).__name__} is not a table.")
