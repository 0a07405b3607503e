"""Look at advice without asking anybody: what would be sent, and what the records give again."""

import json
from typing import Any, NamedTuple, NoReturn

from pydantic import SecretStr

from pipeweave_dagster.core.advice.advisor import advice_unavailable
from pipeweave_dagster.core.advice.narrative import narrative_request, read_narrative
from pipeweave_dagster.core.advice.privacy import reaches
from pipeweave_dagster.core.advice.reply import RefusedReplyError
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
from pipeweave_dagster.services.advice import (
    advised_pipeline,
    advised_schema,
    pipeline_request,
    schema_requests,
)
from pipeweave_dagster.services.advice_records import asking, load_record
from pipeweave_dagster.services.workbench import Workbench


class Replayed(NamedTuple):
    """Whether the records give again what a document holds."""

    adviser: str
    same: bool
    words: str


class _Nobody:
    """An adviser that is never asked."""

    def ask(self, request: AdviceRequest, time_limit_s: float) -> AdviceReply:
        """See `Advisor`."""
        del request, time_limit_s
        _refuse()


def _refuse() -> NoReturn:
    raise advice_unavailable("the request is not in the records")


class _Head:
    """The documents of a data set's last complete state."""

    def __init__(self, bench: Workbench, dataset: str) -> None:
        self._bench, self._entries = bench, bench.store.require_head(dataset).entries

    def get(self, asset: str, kind: type[Any]) -> Any:
        """The document of an asset, or None."""
        entry = self._entries.get(asset)
        return self._bench.store.load(entry.document, kind) if entry else None


def preview(bench: Workbench, dataset: str) -> list[AdviceRequest]:
    """The exact requests that a run would make now, in order; what was asked already included.

    Nothing is sent. At the level `none` there are none.
    """
    if not reaches(bench.settings.advice_level, "names"):
        return []
    head = _Head(bench, dataset)
    snapshot = head.get("dataset", DatasetSnapshot)
    schema: SchemaDeduction | None = head.get("schema_deduction", SchemaDeduction)
    report: EdaReport | None = head.get("eda_report", EdaReport)
    spec: PipelineSpec | None = head.get("pipeline", PipelineSpec)
    found: list[AdviceRequest] = []
    if schema is not None:
        new = [] if schema.advice else [r for _, r in schema_requests(bench, snapshot, schema)]
        found += _asked(bench, dataset, schema.advice) or new
    if report is not None and reaches(bench.settings.advice_level, "statistics"):
        told = asking(bench.settings)
        new = [] if report.advice else [narrative_request(_summary(bench, report), told)]
        found += _asked(bench, dataset, report.advice) or new
    if spec is not None and schema is not None and spec.source != "settings":
        one = None if spec.advice else pipeline_request(bench, snapshot, schema, spec)
        found += _asked(bench, dataset, spec.advice) or ([one] if one else [])
    return found


def _asked(bench: Workbench, dataset: str, note: AdviceNote | None) -> list[AdviceRequest]:
    keys = note.records if note else []
    found = [load_record(bench.store, dataset, key) for key in keys]
    return [record.request for record in found if record is not None]


def _summary(bench: Workbench, report: EdaReport) -> dict[str, Any]:
    if report.summary_file is None:
        return report.summary or {}
    path = bench.store.payload(report.summary_file)
    loaded: dict[str, Any] = json.loads(path.read_bytes())
    return loaded


def replay(bench: Workbench, dataset: str) -> list[Replayed]:
    """Make every advised document of the last state again from rules and records, offline.

    The schema and the pipeline are compared by their hash; of the report the sentences are, since
    the rest of it holds no advice.
    """
    head = _Head(bench, dataset)
    raw, snapshot = head.get("raw_upload", RawUpload), head.get("dataset", DatasetSnapshot)
    schema = head.get("schema_deduction", SchemaDeduction)
    report, spec = head.get("eda_report", EdaReport), head.get("pipeline", PipelineSpec)
    found: list[Replayed] = []
    if schema is not None and schema.advice:
        again = bench.on_data(
            deduce,
            snapshot=snapshot,
            data=bench.store.payload(snapshot.data),
            settings=raw.settings,
        )
        made = advised_schema(_offline(bench, schema.advice), dataset, snapshot, again)
        found.append(_compared("schema", schema, made.document, made.said))
    if report is not None and report.advice:
        found.append(_sentences(bench, dataset, report))
    if spec is not None and spec.advice:
        findings = head.get("findings", Findings)
        rules = plan(snapshot, schema, findings, raw.settings)
        budget = raw.settings.budget_s(bench.settings.time_budget_s)
        alone = _offline(bench, spec.advice)
        result = advised_pipeline(alone, dataset, (snapshot, schema), rules, budget)
        found.append(_compared("architect", spec, result.document, result.said))
    return found


def _offline(bench: Workbench, note: AdviceNote) -> Workbench:
    """The workbench with the model and level of a note, which can ask nobody."""
    settings = bench.settings.model_copy(
        update={
            "advisor": "gemini",
            "advisor_model": note.model,
            "advice_level": note.level,
            "google_api_key": SecretStr("none is needed"),
        }
    )
    return bench.advised_by(settings, _Nobody())


def _compared(adviser: str, stored: Document, made: Document, said: str) -> Replayed:
    same = stored.sha256 == made.sha256
    return Replayed(adviser, same, f"{said} (document {made.sha256[:12]})")


def _sentences(bench: Workbench, dataset: str, report: EdaReport) -> Replayed:
    summary, kept = _summary(bench, report), list[str]()
    for key in report.advice.records if report.advice else []:
        record = load_record(bench.store, dataset, key)
        if record is None:
            return Replayed("narrative", same=False, words="its record is gone")
        try:
            kept += read_narrative(record.reply.text, summary).kept
        except RefusedReplyError as error:
            return Replayed("narrative", same=False, words=str(error))
    return Replayed("narrative", kept == report.narrative, f"{len(kept)} sentences")
