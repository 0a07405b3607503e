"""Links from MLflow back to Dagster."""

from pathlib import Path

import dagster as dg

from pipeweave_dagster.adapters.git_commit import git_commit
from pipeweave_dagster.lib.partitions import RESTART_OF_TAG
from pipeweave_dagster.settings import Settings


def run_tags(
    context: dg.AssetExecutionContext, data_version: str, settings: Settings
) -> dict[str, str]:
    """Return tags for the MLflow run: the Dagster run, asset and data it came from."""
    asset, run_id = context.asset_key.to_user_string(), context.op_execution_context.run_id
    links = links_of(run_id, asset, context.partition_key, settings)
    repeats = context.op_execution_context.run_tags.get(RESTART_OF_TAG)
    again = {"pipeweave.restart_of": repeats} if repeats else {}
    commit = git_commit(Path.cwd())
    source = {"mlflow.source.git.commit": commit} if commit else {}
    return {**links, "pipeweave.data_sha256": data_version, **again, **source}


def links_of(run_id: str, asset: str, dataset: str, settings: Settings) -> dict[str, str]:
    """Return tags that lead from an MLflow run to a Dagster run, its asset and its data set."""
    page = f"{settings.dagster_url}/assets/{asset}"
    return {
        "dagster.run_id": run_id,
        "dagster.run_url": f"{settings.dagster_url}/runs/{run_id}",
        "dagster.asset": asset,
        "dagster.asset_url": f"{page}?partition={dataset}",
        "pipeweave.dataset": dataset,
    }
