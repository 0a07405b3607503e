"""Training on a Dask cluster (`PIPEWEAVE_ENGINE=dask://host:port`); needs the extra `dask`."""

from pipeweave_dagster.adapters.dask_cluster.train_on_cluster import train_on_cluster

__all__ = ["train_on_cluster"]
