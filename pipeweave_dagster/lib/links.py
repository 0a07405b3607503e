"""Links from MLflow back to Dagster."""

import dagster as dg

from pipeweave_dagster.settings import Settings


def run_tags(
    context: dg.AssetExecutionContext, data_version: str, settings: Settings
) -> dict[str, str]:
    """Tags for the MLflow run: which Dagster run, asset and data it came from."""
    asset = context.asset_key.to_user_string()
    page = f"{settings.dagster_url}/assets/{asset}"
    return {
        "dagster.run_id": context.op_execution_context.run_id,
        "dagster.run_url": f"{settings.dagster_url}/runs/{context.op_execution_context.run_id}",
        "dagster.asset": asset,
        "dagster.asset_url": f"{page}?partition={context.partition_key}",
        "pipeweave.dataset": context.partition_key,
        "pipeweave.data_sha256": data_version,
    }
