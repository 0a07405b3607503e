"""All definitions for Dagster, for PipeWeave itself or for a project of your own."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import dagster as dg

from pipeweave_dagster.core.asset_catalog import BY_NAME, Job, assets_of
from pipeweave_dagster.core.documents import RawUpload
from pipeweave_dagster.defs.alerts.sensors import alerts_sensor
from pipeweave_dagster.defs.datasets import assets as dataset_assets
from pipeweave_dagster.defs.datasets.sensors import uploads_sensor
from pipeweave_dagster.defs.datasets.upstream import deliveries
from pipeweave_dagster.defs.eda import assets as eda_assets
from pipeweave_dagster.defs.expectations import assets as expectation_assets
from pipeweave_dagster.defs.findings import assets as finding_assets
from pipeweave_dagster.defs.models import assets as model_assets
from pipeweave_dagster.defs.monitoring import assets as monitoring_assets
from pipeweave_dagster.defs.monitoring.cleanup import cleanup_job, cleanup_schedule
from pipeweave_dagster.defs.monitoring.labels import labels_sensor
from pipeweave_dagster.defs.monitoring.schedules import overview_schedule
from pipeweave_dagster.defs.monitoring.sensors import reaper
from pipeweave_dagster.defs.pipelines import assets as pipeline_assets
from pipeweave_dagster.defs.predictions import assets as prediction_assets
from pipeweave_dagster.defs.predictions.sensors import predict_sensor
from pipeweave_dagster.defs.retraining.schedules import retrain_schedule
from pipeweave_dagster.defs.schemas import assets as schema_assets
from pipeweave_dagster.defs.sources.assets import known_sources, source_assets
from pipeweave_dagster.defs.sources.schedules import pull_job, pull_schedules
from pipeweave_dagster.lib.console_logs import console, print_all_runs
from pipeweave_dagster.lib.freshness import freshness_policies
from pipeweave_dagster.lib.io_manager import DOCUMENTS, DocumentIOManager
from pipeweave_dagster.lib.op_names import with_prefixed_op
from pipeweave_dagster.lib.partitions import AssetJob, AssetKeyLike
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.run_time_limit import job_tags
from pipeweave_dagster.lib.source_names import source_key

OWNERS = ["team:pipeweave"]
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
    """Return the assets, jobs, sensors and schedules from upload to predictions.

    Args:
        key_prefix: Prefix of every asset key, job, sensor and schedule, so that names do not
            clash with those of your project.
        group: One group for all assets; default: five groups.
        resources: Replacements; `workbench` (a `WorkbenchResource`) sets storage and registry.
        upstream: Data set name to the key of one of your assets. Its value (a table with
            `to_parquet` or `write_parquet`, a pyarrow table, or the path of a file) becomes an
            upload of that data set each time it is materialized.

    Returns:
        Definitions to merge with your own.

    Example:
        >>> definitions = build_defs(key_prefix="ml", upstream={"sales": "warehouse_sales"})
        >>> [job.name for job in definitions.jobs][:3]
        ['ml_process_dataset', 'ml_predict_batch', 'ml_measure_performance']
    """
    given = dict(resources or {})
    workbench = given.pop("workbench", None) or WorkbenchResource()
    prefix = [key_prefix] if isinstance(key_prefix, str) else list(key_prefix or [])
    process = _job("process_dataset", prefix, "Process one data set, from upload to model.")
    predict = _job("predict_batch", prefix, "Score one file of rows with the champion.")
    measure = _job(
        "measure_performance",
        prefix,
        "Join new labels with the predictions of one data set.",
        only=["performance"],
    )
    overview = _job("refresh_overview", prefix, "Refresh the overview of all data sets.")

    def named(name: str) -> str:
        return "_".join([*prefix, name])

    cleanup = cleanup_job(named("clean_up"))
    sources = known_sources(workbench)
    pull = [pull_job(named("pull_sources"), sources, prefix)] if sources else []
    jobs = [process, predict, measure, overview, cleanup, *pull]
    sensors = [
        uploads_sensor(named("uploads"), process, workbench),
        predict_sensor(named("predict"), predict, workbench),
        labels_sensor(named("labels"), measure, workbench),
        reaper(named("reap_dead_runs"), [process, predict, measure], workbench),
    ]
    schedules = [
        retrain_schedule(named("retrain_due"), process, workbench),
        overview_schedule(overview),
        cleanup_schedule(cleanup),
        *(schedule for job in pull for schedule in pull_schedules(sources, prefix, job)),
    ]
    keys = [source_key(name, prefix) for name in sources]
    alerts = alerts_sensor(
        named("alerts"),
        workbench,
        jobs=[job.name for job in jobs],
        assets=[*(dg.AssetKey([*prefix, asset]) for asset in BY_NAME), *keys],
        instigators=[*(s.name for s in sensors), *(s.name for s in schedules)],
    )
    return dg.Definitions(
        assets=[
            *_assets(prefix, group, workbench, keys),
            *source_assets(sources, prefix, group),
            *deliveries(upstream or {}, prefix, group, workbench),
        ],
        jobs=jobs,
        sensors=[*sensors, alerts],
        schedules=schedules,
        resources={
            "workbench": workbench,
            DOCUMENTS: DocumentIOManager(workbench),
            **given,
        },
    )


def build_standalone_defs() -> dg.Definitions:
    """Return the definitions of a deployment of its own.

    Runs that are started by hand use one process per run, as the jobs do, and print in the format
    of the profile. In a project of your own both are up to you.
    """
    print_all_runs()
    own = dg.Definitions(executor=dg.in_process_executor, loggers={"console": console})
    return dg.Definitions.merge(build_defs(), own)


def _assets(
    prefix: list[str],
    group: str | None,
    workbench: WorkbenchResource,
    sources: Sequence[dg.AssetKey],
) -> list[dg.AssetsDefinition]:
    loaded = dg.load_assets_from_modules(_MODULES, key_prefix=prefix or None)
    policies = freshness_policies(workbench)

    def completed(spec: dg.AssetSpec) -> dg.AssetSpec:
        name = spec.key.path[-1]
        return spec.replace_attributes(
            group_name=group or BY_NAME[name].group,
            owners=OWNERS,
            freshness_policy=policies.get(name),
            deps=[*spec.deps, *sources] if name == RawUpload.kind else spec.deps,
        )

    return list(
        dg.map_asset_specs(completed, (with_prefixed_op(asset, prefix) for asset in loaded))
    )


def _job(
    name: str, prefix: list[str], description: str, only: Sequence[str] | None = None
) -> AssetJob:
    keys = [dg.AssetKey([*prefix, asset]) for asset in only or assets_of(cast("Job", name))]
    # In process: six empty assets take 4.6 s, but 19.9 s with a process each.
    return dg.define_asset_job(
        "_".join([*prefix, name]),
        selection=dg.AssetSelection.assets(*keys),
        description=description,
        executor_def=dg.in_process_executor,
        tags=job_tags(),
    )
