"""Advice on the types of columns that the rules are not certain about."""

from pipeweave_dagster.core.advice.schema_adviser import (
    batches,
    changes,
    read_types,
    types_request,
    with_types,
)
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import ColumnDeduction, DatasetSnapshot, SchemaDeduction
from pipeweave_dagster.core.documents.advice import AdviceRequest
from pipeweave_dagster.services.advice.advised import Advised, figures_of, with_advice
from pipeweave_dagster.services.advice_calls import NoAdviceError, request_options
from pipeweave_dagster.services.advice_records import note_of
from pipeweave_dagster.services.workbench import Workbench


def advised_schema(
    bench: Workbench, dataset: str, snapshot: DatasetSnapshot, schema: SchemaDeduction
) -> Advised[SchemaDeduction]:
    """Replace types that the rules are not certain about by the advisor's."""
    return with_advice(bench.settings, schema, lambda: _advised(bench, dataset, snapshot, schema))


def _advised(
    bench: Workbench, dataset: str, snapshot: DatasetSnapshot, schema: SchemaDeduction
) -> Advised[SchemaDeduction]:
    requests = schema_requests(bench, snapshot, schema)
    if not requests:
        return Advised(schema, "nothing to ask: the rules are certain about every column")
    types: dict[str, str] = {}
    calls, failed = [], ""
    for batch, request in requests:
        try:
            reply = bench.advisor.reply_to(dataset, request, lambda t, b=batch: read_types(t, b))  # type: ignore[misc]
        except NoAdviceError as error:
            failed = f"rules used for {len(batch)} of the columns: {error}"
            continue
        types |= reply.value
        calls.append(reply.record)
    if not calls:
        raise NoAdviceError(failed.partition(": ")[2])
    changed = changes(schema, types)
    summary = f"asked about {counted(len(types), 'column')}, {len(changed)} changed"
    note = "; ".join(filter(None, [summary, failed]))
    if not changed:
        return Advised(schema, note, not failed)
    kept = note_of(calls, [f"{name}: {kind}" for name, kind in changed.items()])
    return Advised(with_types(schema, types, kept), note, not failed)


def schema_requests(
    bench: Workbench, snapshot: DatasetSnapshot, schema: SchemaDeduction
) -> list[tuple[list[ColumnDeduction], AdviceRequest]]:
    """Return the requests about a schema made by rules, each with its columns."""
    batched = batches(schema)
    columns = [column for batch in batched for column in batch]
    figures = figures_of(bench, snapshot, columns) if columns else {}
    how = request_options(bench.settings)
    return [(b, types_request(schema, b, snapshot.rows, figures, how)) for b in batched]
