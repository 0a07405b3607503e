"""What Dagster loads."""

import dagster as dg

from pipeweave_dagster.build import build_defs

# What is materialized by hand runs as the jobs do: one process a run.
defs = dg.Definitions.merge(build_defs(), dg.Definitions(executor=dg.in_process_executor))
