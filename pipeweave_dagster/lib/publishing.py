"""Publish what a run has made, and end a run that waits for a target."""

from collections.abc import Set as AbstractSet
from typing import Any

import dagster as dg

from pipeweave_dagster.adapters.state import RunState, publish
from pipeweave_dagster.core.asset_catalog import NEED_TARGET
from pipeweave_dagster.core.documents import TargetDeduction
from pipeweave_dagster.core.schema.no_target import offered, why_no_model
from pipeweave_dagster.lib.attempts import failure_recorder
from pipeweave_dagster.lib.current_run import run_of, state_of
from pipeweave_dagster.lib.failures import dagster_failures
from pipeweave_dagster.lib.metadata.markdown import bullets, long_text
from pipeweave_dagster.lib.run_selection import published_together
from pipeweave_dagster.services.workbench import Workbench


def publish_and_log(log: Any, state: RunState, everything: AbstractSet[str]) -> None:
    """Publish once everything is made or skipped; log a conflict that kept HEAD where it was."""
    conflict = publish(state, everything)
    if conflict:
        log.warning(
            "HEAD of %s was not moved: %s. This run's documents are kept, but the newer state "
            "stays published.",
            state.dataset,
            conflict,
        )
    if state.manifest.state != "running":  # it was the last asset
        from pipeweave_dagster.services.overview_index import refresh_row

        refresh_row(state.store, state.dataset)


def skip_models(
    context: dg.AssetExecutionContext, workbench: Workbench, target: TargetDeduction
) -> None:
    """Record that a data set without a target gets no model, and publish what it has.

    An asset that yields nothing after this ends its run green: Dagster skips all downstream assets.
    The reason and the candidates are in the run's log and, as an observation, on the asset.
    """
    reason = why_no_model(target)
    context.log.info("%s", reason)
    with dagster_failures(context, failure_recorder(context, workbench)):
        state = state_of(context, workbench.store)
        state.skip(NEED_TARGET)
        run = run_of(context)
        if run is None:  # a test calls the asset
            return
        facts = {"state": long_text(reason, 1000), "candidates": bullets(offered(target))}
        context.log_event(
            dg.AssetObservation(
                context.asset_key,
                partition=state.dataset,
                metadata={name: dg.MetadataValue.md(text) for name, text in facts.items()},
            )
        )
        together = published_together(context.job_def, run, context.asset_key)
        publish_and_log(context.log, state, together)
