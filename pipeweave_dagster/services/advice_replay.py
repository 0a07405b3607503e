"""Preview the requests of a run, and replay advice from its records; nothing is sent."""

import json
from typing import Any, NamedTuple, NoReturn

from pydantic import SecretStr

from pipeweave_dagster.core.advice.advisor import advice_unavailable
from pipeweave_dagster.core.advice.narrative import narrative_request, read_narrative
from pipeweave_dagster.core.advice.privacy import reaches
from pipeweave_dagster.core.advice.reply import RefusedReplyError
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Document,
    EdaReport,
    Findings,
    PipelineSpec,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.documents.advice import AdviceNote, AdviceReply, AdviceRequest
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.services.advice.pipeline import advised_pipeline, pipeline_request
from pipeweave_dagster.services.advice.schema import advised_schema, schema_requests
from pipeweave_dagster.services.advice_calls import request_options
from pipeweave_dagster.services.advice_records import load_record
from pipeweave_dagster.services.workbench import Workbench


class Replayed(NamedTuple):
    """Whether the records reproduce the advice in a document; the fields are keys of `--json`."""

    adviser: str
    same: bool
    words: str


class _OfflineAdvisor:
    """Refuses every request that has no record."""

    def ask(self, request: AdviceRequest, time_limit_s: float) -> AdviceReply:
        """See `Advisor`."""
        del request, time_limit_s
        _refuse()


def _refuse() -> NoReturn:
    raise advice_unavailable("the request is not in the records")


class _Head:
    """The published documents of a data set."""

    def __init__(self, bench: Workbench, dataset: str) -> None:
        self._bench, self._entries = bench, bench.store.require_head(dataset).entries

    def get(self, asset: str, kind: type[Any]) -> Any:
        """Return the document of an asset, or None."""
        entry = self._entries.get(asset)
        return self._bench.store.load(entry.document, kind) if entry else None


def preview(bench: Workbench, dataset: str) -> list[AdviceRequest]:
    """Return the exact requests that a run would send now, in order, recorded ones included.

    Nothing is sent. At the privacy level `none` there are none.
    """
    if not reaches(bench.settings.advice_level, "names"):
        return []
    head = _Head(bench, dataset)
    snapshot = head.get("dataset", DatasetSnapshot)
    schema: SchemaDeduction | None = head.get("schema_deduction", SchemaDeduction)
    report: EdaReport | None = head.get("eda_report", EdaReport)
    spec: PipelineSpec | None = head.get("pipeline", PipelineSpec)
    requests: list[AdviceRequest] = []
    if schema is not None:
        new = [] if schema.advice else [r for _, r in schema_requests(bench, snapshot, schema)]
        requests += _recorded(bench, dataset, schema.advice) or new
    if report is not None and reaches(bench.settings.advice_level, "statistics"):
        how = request_options(bench.settings)
        new = [] if report.advice else [narrative_request(_summary(bench, report), how)]
        requests += _recorded(bench, dataset, report.advice) or new
    if spec is not None and schema is not None and spec.source != "settings":
        one = None if spec.advice else pipeline_request(bench, snapshot, schema, spec)
        requests += _recorded(bench, dataset, spec.advice) or ([one] if one else [])
    return requests


def _recorded(bench: Workbench, dataset: str, note: AdviceNote | None) -> list[AdviceRequest]:
    keys = note.records if note else []
    recorded = [load_record(bench.store, dataset, key) for key in keys]
    return [record.request for record in recorded if record is not None]


def _summary(bench: Workbench, report: EdaReport) -> dict[str, Any]:
    if report.summary_file is None:
        return report.summary or {}
    path = bench.store.payload(report.summary_file)
    loaded: dict[str, Any] = json.loads(path.read_bytes())
    return loaded


def replay(bench: Workbench, dataset: str) -> list[Replayed]:
    """Recreate every advised document that is published from rules and records, offline.

    Schema and pipeline are compared by their hash, the report by its sentences: the rest of it
    contains no advice.
    """
    head = _Head(bench, dataset)
    raw, snapshot = head.get("raw_upload", RawUpload), head.get("dataset", DatasetSnapshot)
    schema = head.get("schema_deduction", SchemaDeduction)
    report, spec = head.get("eda_report", EdaReport), head.get("pipeline", PipelineSpec)
    replayed: list[Replayed] = []
    if schema is not None and schema.advice:
        again = bench.on_data(
            deduce,
            snapshot=snapshot,
            data=bench.store.payload(snapshot.data),
            settings=raw.settings,
        )
        made = advised_schema(_offline(bench, schema.advice), dataset, snapshot, again)
        replayed.append(_compared("schema", schema, made.document, made.note))
    if report is not None and report.advice:
        replayed.append(_sentences(bench, dataset, report))
    if spec is not None and spec.advice:
        findings = head.get("findings", Findings)
        rules = plan(snapshot, schema, findings, raw.settings)
        budget = raw.settings.budget_s(bench.settings.time_budget_s)
        alone = _offline(bench, spec.advice)
        result = advised_pipeline(alone, dataset, (snapshot, schema), rules, budget)
        replayed.append(_compared("architect", spec, result.document, result.note))
    return replayed


def _offline(bench: Workbench, note: AdviceNote) -> Workbench:
    """Return the workbench with the model and level of a note and an offline advisor."""
    settings = bench.settings.model_copy(
        update={
            "advisor": "gemini",
            "advisor_model": note.model,
            "advice_level": note.level,
            "google_api_key": SecretStr("not needed offline"),
        }
    )
    return bench.advised_by(settings, _OfflineAdvisor())


def _compared(adviser: str, stored: Document, made: Document, note: str) -> Replayed:
    same = stored.sha256 == made.sha256
    return Replayed(adviser, same, f"{note} (document {made.sha256[:12]})")


def _sentences(bench: Workbench, dataset: str, report: EdaReport) -> Replayed:
    summary, kept = _summary(bench, report), list[str]()
    for key in report.advice.records if report.advice else []:
        record = load_record(bench.store, dataset, key)
        if record is None:
            return Replayed("narrative", same=False, words="its record is missing")
        try:
            kept += read_narrative(record.reply.text, summary).kept
        except RefusedReplyError as error:
            return Replayed("narrative", same=False, words=str(error))
    return Replayed("narrative", kept == report.narrative, counted(len(kept), "sentence"))
