"""What a run was requested to make."""

import dagster as dg

from pipeweave_dagster.core.asset_catalog import made_with


def selected_keys(job: dg.JobDefinition, run: dg.DagsterRun) -> list[dg.AssetKey]:
    """Return the assets that a run is to make.

    A re-execution from failure executes only the remaining steps. The run's record lists them,
    also where every step runs in its own process.
    """
    graph, steps = job.asset_layer.asset_graph, run.step_keys_to_execute
    return [
        key
        for key in job.asset_layer.selected_asset_keys
        if steps is None or graph.get(key).assets_def.node_def.name in steps
    ]


def published_together(job: dg.JobDefinition, run: dg.DagsterRun, key: dg.AssetKey) -> set[str]:
    """Return the assets that are published together with this one and that the run is to make.

    "Materialize all" in the web UI selects the assets of both jobs. A data set without rows to
    score then fails in the second, which must not keep the first from being published.
    """
    graph = job.asset_layer.asset_graph
    partitions = graph.get(key).partitions_def
    together = made_with(key.path[-1])
    return {
        selected.path[-1]
        for selected in selected_keys(job, run)
        if selected.path[-1] in together and graph.get(selected).partitions_def == partitions
    }
