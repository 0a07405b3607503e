"""The whole line as Dagster definitions, for PipeWeave itself or for a project of your own."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from pipeweave_dagster.defs.datasets import assets as dataset_assets
from pipeweave_dagster.defs.datasets.sensors import uploads_sensor
from pipeweave_dagster.defs.datasets.upstream import deliveries
from pipeweave_dagster.defs.eda import assets as eda_assets
from pipeweave_dagster.defs.expectations import assets as expectation_assets
from pipeweave_dagster.defs.findings import assets as finding_assets
from pipeweave_dagster.defs.models import assets as model_assets
from pipeweave_dagster.defs.monitoring import assets as monitoring_assets
from pipeweave_dagster.defs.monitoring.schedules import overview_schedule, retrain_schedule
from pipeweave_dagster.defs.monitoring.sensors import reaper
from pipeweave_dagster.defs.pipelines import assets as pipeline_assets
from pipeweave_dagster.defs.predictions import assets as prediction_assets
from pipeweave_dagster.defs.predictions.sensors import predict_sensor
from pipeweave_dagster.defs.schemas import assets as schema_assets
from pipeweave_dagster.lib.asset_lines import PREDICT, PROCESS
from pipeweave_dagster.lib.console_logs import console, print_all_runs
from pipeweave_dagster.lib.io_manager import DOCUMENTS, DocumentIOManager
from pipeweave_dagster.lib.op_names import with_prefixed_op
from pipeweave_dagster.lib.partitions import AssetJob, AssetKeyLike
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.run_time_limit import job_tags

OWNERS = ["team:pipeweave"]
_GROUPS = {
    "data": PROCESS[:3],
    "quality": ("findings", "eda_report", "expectations"),
    "models": ("pipeline", "model", "model_evaluation"),
    "predictions": ("predictions",),
    "monitoring": ("drift", "workbench_overview"),
}
_GROUP_OF = {asset: group for group, assets in _GROUPS.items() for asset in assets}
_MODULES = (
    dataset_assets,
    schema_assets,
    finding_assets,
    expectation_assets,
    eda_assets,
    pipeline_assets,
    model_assets,
    prediction_assets,
    monitoring_assets,
)


def build_defs(
    key_prefix: str | Sequence[str] | None = None,
    group: str | None = None,
    resources: Mapping[str, Any] | None = None,
    upstream: Mapping[str, AssetKeyLike] | None = None,
) -> dg.Definitions:
    """The line from upload to predictions.

    Args:
        key_prefix: Put before every asset key, job, sensor and schedule, so that names do not
            meet those of your project.
        group: One group for all assets; default: one for each part of the line.
        resources: Replacements; `workbench` (a `WorkbenchResource`) decides storage and registry.
        upstream: Data set name to the key of an asset of yours whose value (a table with
            `to_parquet` or `write_parquet`, a pyarrow table, or the path of a file) becomes an
            upload of that data set each time it is materialized.

    Returns:
        Definitions to be merged with your own: `dg.Definitions.merge(mine, build_defs(...))`.
    """
    given = dict(resources or {})
    workbench = given.pop("workbench", None) or WorkbenchResource()
    prefix = [key_prefix] if isinstance(key_prefix, str) else list(key_prefix or [])
    process = _job("process_dataset", PROCESS, prefix, "One data set, from upload to model.")
    predict = _job("predict_batch", PREDICT, prefix, "One file of rows, scored by the champion.")
    overview = _job("refresh_overview", ("workbench_overview",), prefix, "The index of all.")

    def named(name: str) -> str:
        return "_".join([*prefix, name])

    return dg.Definitions(
        assets=[*_assets(prefix, group), *deliveries(upstream or {}, prefix, group, workbench)],
        jobs=[process, predict, overview],
        sensors=[
            uploads_sensor(named("uploads"), process, workbench),
            predict_sensor(named("predict"), predict, workbench),
            reaper(named("reap_dead_runs"), workbench),
        ],
        schedules=[
            retrain_schedule(named("retrain_due"), process, workbench),
            overview_schedule(overview),
        ],
        resources={
            "workbench": workbench,
            DOCUMENTS: DocumentIOManager(workbench),
            **given,
        },
    )


def build_standalone_defs() -> dg.Definitions:
    """The line as a deployment of its own.

    What is materialized by hand runs as the jobs do, one process a run, and runs print in the
    form of the profile. In a project of your own both are yours to decide.
    """
    print_all_runs()
    own = dg.Definitions(executor=dg.in_process_executor, loggers={"console": console})
    return dg.Definitions.merge(build_defs(), own)


def _assets(prefix: list[str], group: str | None) -> list[Any]:
    loaded = dg.load_assets_from_modules(_MODULES, key_prefix=prefix or None)
    return list(
        dg.map_asset_specs(
            lambda spec: spec.replace_attributes(
                group_name=group or _GROUP_OF[spec.key.path[-1]], owners=OWNERS
            ),
            (with_prefixed_op(asset, prefix) for asset in loaded),
        )
    )


def _job(name: str, assets: Sequence[str], prefix: list[str], description: str) -> AssetJob:
    keys = [dg.AssetKey([*prefix, asset]) for asset in assets]
    # In process: six empty assets take 4.6 s so, and 19.9 s with a process each.
    return dg.define_asset_job(
        "_".join([*prefix, name]),
        selection=dg.AssetSelection.assets(*keys),
        description=description,
        executor_def=dg.in_process_executor,
        tags=job_tags(),
    )
