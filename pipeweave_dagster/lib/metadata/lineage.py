"""Column lineage for the web UI: column of the upload → typed column → feature."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import DatasetSnapshot, Document, PipelineSpec
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import MAX_NAME, MOST_COLUMNS


def column_lineage(document: Document, upstream: Iterable[dg.AssetKey]) -> Mapping[str, Any]:
    """Return the columns of a document and the upstream columns they are made from.

    At most 300 columns are listed; the entry `column_lineage` says so if there are more.

    Args:
        document: Only a `DatasetSnapshot` and a `PipelineSpec` have columns of their own.
        upstream: Keys of the assets that the document was made from.
    """
    keys = {key.path[-1]: key for key in upstream}
    if isinstance(document, DatasetSnapshot) and "raw_upload" in keys:
        sources = {column.name: [column.original_name] for column in document.columns}
        return _facts(sources, keys["raw_upload"])
    if isinstance(document, PipelineSpec) and "dataset" in keys:
        sources, columns = _features(document)
        schema = dg.TableSchema(columns=columns[:MOST_COLUMNS])
        return {"dagster/column_schema": schema, **_facts(sources, keys["dataset"])}
    return {}


def _facts(sources: Mapping[str, list[str]], upstream: dg.AssetKey) -> dict[str, Any]:
    listed = list(sources.items())[:MOST_COLUMNS]
    lineage = dg.TableColumnLineage(
        {
            name[:MAX_NAME]: [
                dg.TableColumnDep(upstream, source[:MAX_NAME]) for source in made_from
            ]
            for name, made_from in listed
        }
    )
    facts: dict[str, Any] = {"dagster/column_lineage": lineage}
    if len(sources) > len(listed):
        facts["column_lineage"] = f"the first {len(listed)} of {len(sources)} columns"
    return facts


def _features(spec: PipelineSpec) -> tuple[dict[str, list[str]], list[dg.TableColumn]]:
    """Return the typed columns of every feature, and how each feature is made."""
    from pipeweave_dagster.core.pipelines.derived_features import USE, derived_in

    sources: dict[str, list[str]] = {}
    columns: list[dg.TableColumn] = []
    for step in spec.steps:
        if step.kind in {"preprocess", "feature"} and step.use != USE:
            sources |= {name: [name] for name in step.columns if name not in sources}
            reason = markdown.long_text(step.reason) or None
            columns += [
                dg.TableColumn(name[:MAX_NAME], type=step.use, description=reason)
                for name in step.columns
            ]
    for feature in derived_in(spec):
        sources[feature.name] = list(feature.columns)
        columns.append(dg.TableColumn(feature.name[:MAX_NAME], type=feature.operator))
    return sources, columns
