"""Which assets belong together: HEAD moves when a run has made its part of one line."""

import dagster as dg

PROCESS = (
    "raw_upload",
    "dataset",
    "schema_deduction",
    "findings",
    "eda_report",
    "pipeline",
    "model",
    "model_evaluation",
    "expectations",
)
PREDICT = ("predictions", "drift")


def line_of(asset: str) -> frozenset[str]:
    """The line that an asset belongs to.

    "Materialize all" in the web UI selects both lines. A data set that has nothing to score then
    fails in the second, which must not keep the first from being published.
    """
    return frozenset(PREDICT if asset in PREDICT else PROCESS)


def keys_to_make(job: dg.JobDefinition, run: dg.DagsterRun) -> list[dg.AssetKey]:
    """What a run was asked to make.

    A re-execution from a failure is asked only for the steps that are left; the run's record
    says so, also where every step runs in a process of its own.
    """
    graph, steps = job.asset_layer.asset_graph, run.step_keys_to_execute
    return [
        key
        for key in job.asset_layer.selected_asset_keys
        if steps is None or graph.get(key).assets_def.node_def.name in steps
    ]
