"""What a run was requested to make."""

import dagster as dg


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
