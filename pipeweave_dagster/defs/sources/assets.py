"""One asset per source, made from the files in `sources/` when the code location is loaded."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from pydantic import ValidationError

from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.sources import FAN_OUT
from pipeweave_dagster.lib.failures import dagster_failures
from pipeweave_dagster.lib.metadata.sources import describe_pull
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.source_names import source_key
from pipeweave_dagster.services.pull import pull
from pipeweave_dagster.services.sources import save_error, valid_sources
from pipeweave_dagster.services.workbench import Workbench

logger = logging.getLogger(__name__)
_KINDS = {
    "postgres": {"postgresql", "table"},
    "mysql": {"mysql", "table"},
    "mongodb": {"mongodb"},
    "cratedb": {"cratedb", "sql"},
    "join": {"duckdb"},
}


class PullConfig(dg.Config):
    """What can be set when a source is pulled by hand."""

    whole: bool = False


def known_sources(workbench: WorkbenchResource) -> dict[str, Source]:
    """Return the valid sources of the storage.

    Code locations must load whatever is wrong with the settings, the storage or a source, so that
    is only logged; `pipeweave sources ls` and the pull itself report it.
    """
    try:
        valid, wrong = valid_sources(workbench.open().store)
    except (PipeWeaveError, ValidationError, OSError) as error:
        logger.warning("No source was loaded: %s", error)
        return {}
    for name, problem in wrong.items():
        logger.warning("The source %r was not loaded: %s", name, problem)
    return valid


def source_assets(
    sources: Mapping[str, Source], prefix: Sequence[str], group: str | None
) -> list[dg.AssetsDefinition]:
    """Return an asset per source; materializing it pulls the source into the landing zone."""
    return [_asset(name, source, prefix, group) for name, source in sources.items()]


def _asset(
    name: str, source: Source, prefix: Sequence[str], group: str | None
) -> dg.AssetsDefinition:
    key = source_key(name, prefix)

    @dg.asset(
        key=key,
        deps=[source_key(other, prefix) for other in source.upstream],
        group_name=group or "sources",
        kinds=_KINDS[source.kind],
        description=f"Pulls {source.described} as the data set {name}.",
        check_specs=[_row_check(key)] if source.kind == "join" else None,
    )
    def pulled(
        context: dg.AssetExecutionContext,
        config: PullConfig,
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        with dagster_failures(context, lambda error: save_error(workbench.store, name, error)):
            try:
                result = pull(workbench, name, whole=config.whole)
            except PipeWeaveError as error:
                if FAN_OUT in error.details:
                    yield dg.AssetCheckResult(passed=False, description=error.text)
                raise
        if result.upload:
            context.instance.add_dynamic_partitions(str(DATASETS.name), [name])
        yield dg.MaterializeResult(
            metadata=describe_pull(result),
            # Every data set depends on every source: with a version per pull, the web UI would show
            # all data sets as outdated whenever one source is pulled.
            data_version=dg.DataVersion(f"source {name}"),
            check_results=[dg.AssetCheckResult(passed=True)] if source.kind == "join" else None,
        )

    return pulled


def _row_check(key: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        "join_keeps_row_count",
        asset=key,
        description="The join has exactly the rows of its left source: no key occurs twice.",
    )
