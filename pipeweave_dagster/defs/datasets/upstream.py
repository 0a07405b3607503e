"""Assets of your own project as sources of data sets."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.lib.failures import dagster_failures
from pipeweave_dagster.lib.partitions import DATASETS, AssetKeyLike
from pipeweave_dagster.lib.resources import WorkbenchResource


def deliveries(
    upstream: Mapping[str, AssetKeyLike],
    prefix: Sequence[str],
    group: str | None,
    workbench: WorkbenchResource,
) -> list[dg.AssetsDefinition]:
    """Return, for each upstream asset, an asset that copies its value into the landing zone.

    There it is an upload like any other, for which the sensor starts a run.
    """
    return [
        _delivery(check_slug(name), dg.AssetKey.from_coercible(key), prefix, group, workbench)
        for name, key in upstream.items()
    ]


def _delivery(
    name: str,
    source: dg.AssetKey,
    prefix: Sequence[str],
    group: str | None,
    workbench: WorkbenchResource,
) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"deliver_{name.replace('-', '_')}",
        key_prefix=list(prefix) or None,
        ins={"value": dg.AssetIn(source)},
        group_name=group or "data",
        kinds={"parquet"},
        description=f"Delivers {source.to_user_string()} as an upload of the data set {name}.",
    )
    def deliver(context: dg.AssetExecutionContext, value: Any) -> dg.MaterializeResult[None]:
        with dagster_failures(context, lambda _: None), tempfile.TemporaryDirectory() as folder:
            path = _as_file(value, Path(folder))
            with workbench.open() as bench:
                key = f"uploads/{name}/{path.name}"
                bench.store.storage.put_file(key, path)
                context.instance.add_dynamic_partitions(str(DATASETS.name), [name])
                size = path.stat().st_size
        return dg.MaterializeResult(metadata={"upload": key, "size_bytes": size})

    return deliver


def _as_file(value: Any, folder: Path) -> Path:
    """Return the value as a file that can be uploaded.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it is neither a table nor the path of a file.
    """
    target = folder / "upstream.parquet"
    if isinstance(value, str | Path) and Path(value).is_file():
        return Path(value)
    if hasattr(value, "to_parquet"):  # pandas, Dask, GeoPandas
        value.to_parquet(target)
    elif hasattr(value, "write_parquet"):  # Polars
        value.write_parquet(target)
    elif hasattr(value, "schema") and hasattr(value, "num_rows"):  # pyarrow
        import pyarrow.parquet as pq

        pq.write_table(value, target)
    else:
        raise validation_error(
            f"The upstream value is a {type(value).__name__}, not a table or the path of a file.",
            fix="Return a pandas or Polars data frame, a pyarrow table, or a path.",
        )
    return target
