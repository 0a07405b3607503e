"""Documents with advice laid over them; whatever happens, there is a document, and a reason."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pipeweave_dagster.core.advice.column_figures import column_figures
from pipeweave_dagster.core.advice.narrative import narrative_request, read_narrative
from pipeweave_dagster.core.advice.pipeline_adviser import (
    proposal_request,
    read_proposal,
    shared_columns,
)
from pipeweave_dagster.core.advice.privacy import reaches
from pipeweave_dagster.core.advice.prompts import CURRENT
from pipeweave_dagster.core.advice.schema_adviser import (
    batches,
    changes,
    read_types,
    types_request,
    with_types,
)
from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSnapshot,
    Document,
    EdaReport,
    PipelineSpec,
    SchemaDeduction,
)
from pipeweave_dagster.core.documents.advice import AdviceRequest, AdviserName
from pipeweave_dagster.core.eda import add_narrative
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.pipelines.derived_features import with_derived
from pipeweave_dagster.core.pipelines.regroup import regrouped
from pipeweave_dagster.core.training import try_proposals
from pipeweave_dagster.core.training.proposal_results import NO_TIME, ProposalResult
from pipeweave_dagster.services.advice_records import (
    RulesAnswerError,
    asking,
    is_on,
    note_of,
    why_rules,
)
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

D = TypeVar("D", bound=Document)
# Tests of proposals take this part of the training budget, and no more than so many seconds.
_CONTEST_SHARE = 0.2
_CONTEST_MOST_S = 20.0


class Advised(NamedTuple, Generic[D]):
    """A document and what its asset says of advice.

    Attributes:
        said: For the asset's metadata; empty where no adviser is wanted.
        final: Whether a later run may take the document over. One that rules made because the
            adviser did not answer is made anew, and then is the same or better.
    """

    document: D
    said: str = ""
    final: bool = True


def advice_read(settings: Settings, adviser: AdviserName) -> dict[str, Any]:
    """The part of the settings that an advised document depends on; nothing without advice."""
    if not is_on(settings):
        return {}
    return {"advice": [settings.advisor_model, settings.advice_level, CURRENT[adviser]]}


def _guarded(settings: Settings, by_rules: D, advise: Callable[[], Advised[D]]) -> Advised[D]:
    """What `advise` makes of a document; the document itself, with the reason, if it cannot."""
    if settings.advisor == "rules":
        return Advised(by_rules)
    reason = why_rules(settings)
    if reason is not None:
        return Advised(by_rules, f"rules used: {reason}")
    try:
        return advise()
    except RulesAnswerError as error:
        return Advised(by_rules, f"rules used: {error}", error.final)
    except PipeWeaveError as error:
        return Advised(by_rules, f"rules used: {error.message[:200]}", final=False)
    except Exception as error:  # noqa: BLE001 - advice never fails a run
        return Advised(by_rules, f"rules used: the advice failed ({type(error).__name__})", False)  # noqa: FBT003


def advised_schema(
    bench: Workbench, dataset: str, snapshot: DatasetSnapshot, schema: SchemaDeduction
) -> Advised[SchemaDeduction]:
    """The schema with the adviser's types for columns that the rules are not sure of."""
    return _guarded(bench.settings, schema, lambda: _schema(bench, dataset, snapshot, schema))


def _schema(
    bench: Workbench, dataset: str, snapshot: DatasetSnapshot, schema: SchemaDeduction
) -> Advised[SchemaDeduction]:
    asked = schema_requests(bench, snapshot, schema)
    if not asked:
        return Advised(schema, "nothing was asked: the rules are sure of every column")
    types: dict[str, str] = {}
    made, failed = [], ""
    for batch, request in asked:
        try:
            answer = bench.adviser.answer(dataset, request, lambda t, b=batch: read_types(t, b))  # type: ignore[misc]
        except RulesAnswerError as error:
            failed = f"rules used for {len(batch)} of the columns: {error}"
            continue
        types |= answer.value
        made.append(answer.record)
    if not made:
        raise RulesAnswerError(failed.partition(": ")[2])
    moved = changes(schema, types)
    said = f"asked about {len(types)} columns, {len(moved)} changed"
    if not moved:
        return Advised(schema, "; ".join(filter(None, [said, failed])), not failed)
    note = note_of(made, [f"{name}: {kind}" for name, kind in moved.items()])
    document = with_types(schema, types, note)
    return Advised(document, "; ".join(filter(None, [said, failed])), not failed)


def schema_requests(
    bench: Workbench, snapshot: DatasetSnapshot, schema: SchemaDeduction
) -> list[tuple[list[ColumnDeduction], AdviceRequest]]:
    """The questions about a schema that rules made, each with the columns it asks about."""
    found = batches(schema)
    figures = _figures(bench, snapshot, [c for batch in found for c in batch]) if found else {}
    told = asking(bench.settings)
    return [(b, types_request(schema, b, snapshot.rows, figures, told)) for b in found]


def advised_report(
    bench: Workbench, dataset: str, report: EdaReport, folder: Path
) -> Advised[EdaReport]:
    """The report with a checked narrative.

    Args:
        bench: Storage, workers and adviser.
        dataset: The data set.
        report: As `core.eda.build_report` made it.
        folder: Where its files lie; the narrated ones replace them.
    """
    return _guarded(bench.settings, report, lambda: _report(bench, dataset, report, folder))


def _report(bench: Workbench, dataset: str, report: EdaReport, folder: Path) -> Advised[EdaReport]:
    if not reaches(bench.settings.advice_level, "statistics"):
        raise RulesAnswerError("a narrative needs the privacy level statistics", final=True)
    beside = folder / report.summary_file.name if report.summary_file else None
    summary: dict[str, Any] = json.loads(beside.read_bytes()) if beside else report.summary or {}
    request = narrative_request(summary, asking(bench.settings))
    answer = bench.adviser.answer(dataset, request, lambda text: read_narrative(text, summary))
    kept, dropped = answer.value
    said = f"{len(kept)} sentences shown, {len(dropped)} dropped"
    if not kept:
        raise RulesAnswerError("no sentence of the narrative was supported")
    narrated = bench.on_data(
        add_narrative,
        report=report,
        summary_file=beside,
        sentences=kept,
        note=note_of([answer.record], [f"{len(kept)} sentences"], dropped),
        out=folder,
    )
    return Advised(narrated, said)


def advised_pipeline(
    bench: Workbench,
    dataset: str,
    inputs: tuple[DatasetSnapshot, SchemaDeduction],
    spec: PipelineSpec,
    budget_s: float,
) -> Advised[PipelineSpec]:
    """The pipeline with those proposals of the adviser that cross-validation confirms.

    Args:
        bench: Storage, workers and adviser.
        dataset: The data set.
        inputs: The typed table and the meaning of its columns.
        spec: What the rules planned.
        budget_s: Training budget, of which the tests take a part.
    """
    return _guarded(bench.settings, spec, lambda: _pipeline(bench, dataset, inputs, spec, budget_s))


def _pipeline(
    bench: Workbench,
    dataset: str,
    inputs: tuple[DatasetSnapshot, SchemaDeduction],
    spec: PipelineSpec,
    budget_s: float,
) -> Advised[PipelineSpec]:
    snapshot, schema = inputs
    if spec.source != "rules":
        return Advised(spec, "nothing was asked: the pipeline is written by hand")
    request = pipeline_request(bench, snapshot, schema, spec)
    if request is None:
        return Advised(spec, "nothing was asked: no feature may be told")
    names = [c.name for c in snapshot.columns]
    answer = bench.adviser.answer(
        dataset, request, lambda text: read_proposal(text, spec, schema, names)
    )
    if answer.value.empty:
        return Advised(spec, "asked; the adviser proposes what the rules planned")
    results = bench.on_model(
        try_proposals,
        spec=spec,
        schema=schema,
        uses=answer.value.uses,
        ideas=answer.value.ideas,
        data=bench.store.payload(snapshot.data),
        limit_s=min(_CONTEST_MOST_S, _CONTEST_SHARE * budget_s),
    )
    late = any(test.reason == NO_TIME for test in results.tested)
    kept = [_summary(test) for test in results.tested if test.kept]
    refused = [_summary(test) for test in results.tested if not test.kept]
    said = f"{len(answer.value.ideas)} features and {len(answer.value.uses)} other steps proposed"
    if not results.ideas and not results.uses:
        return Advised(spec, f"{said}, none kept: {'; '.join(refused)}"[:1000], not late)
    advised = with_derived(regrouped(spec, schema, results.uses), results.ideas)
    note = note_of([answer.record], kept, refused)
    document = advised.model_copy(update={"source": "advisor", "advice": note})
    return Advised(document, f"{said}; kept: {'; '.join(kept)}"[:1000], not late)


def pipeline_request(
    bench: Workbench, snapshot: DatasetSnapshot, schema: SchemaDeduction, spec: PipelineSpec
) -> AdviceRequest | None:
    """The question about a pipeline that rules made; None if no feature may be told."""
    shown = shared_columns(spec, schema)
    if not shown:
        return None
    figures = _figures(bench, snapshot, shown)
    return proposal_request(spec, schema, snapshot.rows, figures, asking(bench.settings))


def _summary(test: ProposalResult) -> str:
    if test.gain is None:
        return f"{test.proposal}: {test.reason}"
    gain = f"loss of a row smaller by {test.gain:.3g} [{test.low:.3g}, {test.high:.3g}]"
    return f"{test.proposal}: {gain}" + (f", {test.reason}" if test.reason else "")


def _figures(
    bench: Workbench, snapshot: DatasetSnapshot, columns: Iterable[ColumnDeduction]
) -> dict[str, dict[str, Any]]:
    level = bench.settings.advice_level
    if not reaches(level, "statistics"):
        return {}
    return bench.on_data(
        column_figures,
        snapshot=snapshot,
        data=bench.store.payload(snapshot.data),
        names=[c.name for c in columns],
        level=level,
    )
