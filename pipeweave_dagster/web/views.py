"""Gather what the page of one data set shows from its documents."""

from dataclasses import dataclass, field
from typing import Any

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Entry
from pipeweave_dagster.core.charts.svg import label_of
from pipeweave_dagster.core.documents import (
    DatasetEntry,
    DatasetSnapshot,
    EdaReport,
    ExpectationReport,
    Finding,
    Findings,
    PipelineSpec,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.eda.view_rows import finding_groups
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.pipelines.diagram import describe, svg_diagram
from pipeweave_dagster.core.schema.no_target import why_no_model
from pipeweave_dagster.services.acknowledgements import acknowledgements
from pipeweave_dagster.services.checked_runs import missed_checks
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.model_versions import pipeline_of
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.services.ownership import claim_note, owners_of
from pipeweave_dagster.services.saved_answers import SavedAnswers, outcome_text, saved_answers
from pipeweave_dagster.services.server_paths import attempt_without_paths, without_paths
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.addresses import data_uri, payload_url
from pipeweave_dagster.web.model_view import ModelView, model_view
from pipeweave_dagster.web.monitoring_view import MonitoringView, monitoring_view
from pipeweave_dagster.web.reading_view import ReadingView, reading_view
from pipeweave_dagster.web.stages import Stage, run_url, stages_of

MOST_UNUSED = 60
_RANK = {"blocked": 0, "alerted": 1, "fixed": 2, "passed": 3}


@dataclass
class View:
    """Everything that the page shows; documents that do not exist yet are None."""

    entry: DatasetEntry
    attempt: Attempt | None
    complete: bool
    run_url: str
    stages: list[Stage] = field(default_factory=list)
    snapshot: DatasetSnapshot | None = None
    reading: ReadingView | None = None
    schema: SchemaDeduction | None = None
    report: EdaReport | None = None
    report_url: str = ""
    plot: str = ""
    plot_caption: str = ""
    inspected: bool = False
    blocked: list[Finding] = field(default_factory=list)
    answers: SavedAnswers = field(default_factory=SavedAnswers)
    groups: list[dict[str, Any]] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
    pipeline: dict[str, str] = field(default_factory=dict)
    trained: ModelView = field(default_factory=ModelView)
    monitoring: MonitoringView = field(default_factory=MonitoringView)
    links: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    checked_run: str = ""
    owner_note: str = ""

    @property
    def target(self) -> tuple[str, str | None] | None:
        """Name and task of the champion's target; without a champion, of the current one."""
        if self.entry.champion and self.trained.model:
            return self.trained.model.target, self.trained.model.task
        current = self.schema.target if self.schema else None
        return (current.name, current.task) if current and current.name else None

    @property
    def outcome(self) -> str:
        """How the last run ended, in a few words."""
        return outcome_text(self.attempt, self.answers) if self.attempt else ""

    @property
    def no_model(self) -> str:
        """Why a data set without a target has no model; empty if it has one, or is blocked."""
        waits = self.schema is not None and self.inspected and not self.blocked
        return why_no_model(self.schema.target) if waits and self.schema else ""

    @property
    def other_target(self) -> str | None:
        """The target of the current schema, where the champion has another."""
        current = self.schema.target.name if self.schema else None
        return current if self.target and current != self.target[0] else None


def dataset_view(store: DocumentStore, dataset: str, settings: Settings) -> View:
    """Gather the page; a data set whose first run was blocked shows what that run made.

    Raises:
        PipeWeaveError: NOT_FOUND if no run was ever started for it.
    """
    head, attempt = store.head(dataset), store.attempt(dataset)
    damaged = store.records.damaged(f"datasets/{dataset}/")
    if head is None and attempt is None and not damaged:
        raise not_found(
            f"There is no data set {dataset!r}.", fix="The list of data sets is at '/'."
        )
    latest = store.manifest(dataset, attempt.run_id) if attempt else None
    entries = dict(head.entries) if head else {}
    tried = latest.entries if latest else {}
    shown = attempt_without_paths(attempt, settings) if attempt else None
    view = View(entry_of(store, dataset), shown, head is not None, run_url(attempt, settings))
    view.stages = stages_of(dataset, entries or tried, head.stale() if head else {}, settings)
    # Findings and report of the last run that was checked explain why it was blocked.
    checked = store.last_with(dataset, "findings") or {}
    recent = {**entries, **{k: v for k, v in checked.items() if k in {"findings", "eda_report"}}}
    if latest and checked and missed_checks(latest):
        view.checked_run = checked["findings"].run_id[:8]
    problems: list[str] = []
    with contained(dataset, problems):
        _fill_data(view, store, {**checked, **tried, **recent} if head is None else recent)
    with contained(dataset, problems):
        if attempt and attempt.blocked:
            view.answers = saved_answers(store, dataset)
            view.blocked = view.answers.blocking or view.blocked
    with contained(dataset, problems):
        _fill_model(view, store, entries, settings)
    found = [*view.entry.problems, *problems]
    view.problems = without_paths(list(dict.fromkeys(found)), settings)
    return view


def _fill_data(view: View, store: DocumentStore, entries: dict[str, Entry]) -> None:
    view.snapshot = store.load_entry(entries, "dataset", DatasetSnapshot)
    view.reading = reading_view(view.snapshot) if view.snapshot else None
    view.schema = store.load_entry(entries, "schema_deduction", SchemaDeduction)
    upload, dataset = store.load_entry(entries, "raw_upload", RawUpload), view.entry.dataset
    if upload and upload.settings.owner:
        view.owner_note = claim_note(dataset, upload.settings.owner, owners_of(store).get(dataset))
    view.report = store.load_entry(entries, "eda_report", EdaReport)
    found = store.load_entry(entries, "findings", Findings)
    shown = [f for f in found.findings if f.state != "passed"] if found else []
    shown.sort(key=lambda f: (_RANK[f.state], f.code))
    view.inspected = found is not None
    view.blocked = found.blocked if found else []
    seen, made_at = acknowledgements(store, dataset), entries["findings"].made_at if found else 0.0
    view.groups = finding_groups(
        [
            f.model_dump(mode="json")
            | {"acknowledged": any(answer.covers(f, made_at) for answer in seen)}
            for f in shown
        ]
    )
    if view.report:
        view.report_url = payload_url(view.report.html)
        view.plot = data_uri(view.report.plot_svg)
        view.plot_caption = label_of(view.report.plot_svg)


def _fill_model(
    view: View, store: DocumentStore, entries: dict[str, Entry], settings: Settings
) -> None:
    spec = store.load_entry(entries, "pipeline", PipelineSpec)
    view.unused = dict(list(spec.dropped.items())[:MOST_UNUSED]) if spec else {}
    view.trained = model_view(store, view.entry, entries, settings)
    if spec:
        note = _pipeline_note(store, view, spec)
        view.pipeline = {
            "words": describe(spec),
            "image": data_uri(svg_diagram(spec)),
            "note": note,
        }
    view.monitoring = monitoring_view(store, view.entry.dataset, entries, settings)
    expected = store.load_entry(entries, "expectations", ExpectationReport)
    if expected and expected.docs:
        view.links["Data docs"] = payload_url(expected.docs)
    view.links |= view.trained.links


def _pipeline_note(store: DocumentStore, view: View, current: PipelineSpec) -> str:
    """Return a note if the champion was trained with another pipeline than the current one."""
    if view.entry.champion is None:
        return ""
    version = view.entry.champion.version
    used = pipeline_of(store, view.entry.dataset, version)
    if used is None or used.sha256 == current.sha256:
        return ""
    return (
        f"This is the current pipeline; the champion, version {version}, was trained with another."
    )
