"""Proposals for a pipeline, of which cross-validation decides what is kept."""

from pipeweave_dagster.core.advice.pipeline_adviser import (
    proposal_request,
    read_proposal,
    shared_columns,
)
from pipeweave_dagster.core.documents import DatasetSnapshot, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.documents.advice import AdviceRequest
from pipeweave_dagster.core.pipelines.derived_features import with_derived
from pipeweave_dagster.core.pipelines.regroup import regrouped
from pipeweave_dagster.core.training import try_proposals
from pipeweave_dagster.core.training.proposal_results import NO_TIME, ProposalResult
from pipeweave_dagster.services.advice.advised import Advised, figures_of, with_advice
from pipeweave_dagster.services.advice_calls import request_options
from pipeweave_dagster.services.advice_records import note_of
from pipeweave_dagster.services.workbench import Workbench

# Proposal tests may take this share of the training budget, and at most so many seconds.
_TEST_SHARE = 0.2
_TEST_MOST_S = 20.0


def advised_pipeline(
    bench: Workbench,
    dataset: str,
    inputs: tuple[DatasetSnapshot, SchemaDeduction],
    spec: PipelineSpec,
    budget_s: float,
) -> Advised[PipelineSpec]:
    """Apply those proposals of the advisor that cross-validation confirms.

    Args:
        bench: Storage, workers and advisor.
        dataset: The data set.
        inputs: The typed table and its schema.
        spec: The pipeline planned by the rules.
        budget_s: Training budget, of which the tests take a share.
    """
    return with_advice(
        bench.settings, spec, lambda: _advised(bench, dataset, inputs, spec, budget_s)
    )


def _advised(
    bench: Workbench,
    dataset: str,
    inputs: tuple[DatasetSnapshot, SchemaDeduction],
    spec: PipelineSpec,
    budget_s: float,
) -> Advised[PipelineSpec]:
    snapshot, schema = inputs
    if spec.source != "rules":
        return Advised(spec, "nothing to ask: the pipeline was written by hand")
    request = pipeline_request(bench, snapshot, schema, spec)
    if request is None:
        return Advised(spec, "nothing to ask: no feature may be sent")
    names = [column.name for column in snapshot.columns]
    reply = bench.advisor.reply_to(
        dataset, request, lambda text: read_proposal(text, spec, schema, names)
    )
    plan = reply.value
    if plan.empty:
        return Advised(spec, "the advisor proposes the same steps as the rules")
    results = bench.on_model(
        try_proposals,
        spec=spec,
        schema=schema,
        uses=plan.uses,
        ideas=plan.ideas,
        data=bench.store.payload(snapshot.data),
        limit_s=min(_TEST_MOST_S, _TEST_SHARE * budget_s),
    )
    final = all(test.reason != NO_TIME for test in results.tested)
    kept = [_summary(test) for test in results.tested if test.kept]
    refused = [_summary(test) for test in results.tested if not test.kept]
    summary = f"{len(plan.ideas)} features and {len(plan.uses)} other steps proposed"
    if not results.ideas and not results.uses:
        return Advised(spec, f"{summary}, none kept: {'; '.join(refused)}"[:1000], final)
    advised = with_derived(regrouped(spec, schema, results.uses), results.ideas)
    note = note_of([reply.record], kept, refused)
    document = advised.model_copy(update={"source": "advisor", "advice": note})
    return Advised(document, f"{summary}; kept: {'; '.join(kept)}"[:1000], final)


def pipeline_request(
    bench: Workbench, snapshot: DatasetSnapshot, schema: SchemaDeduction, spec: PipelineSpec
) -> AdviceRequest | None:
    """Return the request about a pipeline made by rules; None if no feature may be sent."""
    shown = shared_columns(spec, schema)
    if not shown:
        return None
    figures = figures_of(bench, snapshot, shown)
    return proposal_request(spec, schema, snapshot.rows, figures, request_options(bench.settings))


def _summary(test: ProposalResult) -> str:
    if test.gain is None:
        return f"{test.proposal}: {test.reason}"
    gain = f"loss per row lower by {test.gain:.3g} [{test.low:.3g}, {test.high:.3g}]"
    return f"{test.proposal}: {gain}" + (f", {test.reason}" if test.reason else "")
