"""What the page of one data set shows, gathered from its documents."""

import base64
import datetime as dt
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Entry
from pipeweave_dagster.adapters.web_links import mlflow_urls
from pipeweave_dagster.core.charts.svg import label_of
from pipeweave_dagster.core.documents import (
    DatasetEntry,
    DatasetSnapshot,
    Document,
    DriftReport,
    EdaReport,
    Evaluation,
    ExpectationReport,
    Finding,
    Findings,
    Payload,
    PipelineSpec,
    PredictionBatch,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.eda.render import finding_groups
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.pipelines.diagram import drawn, in_words
from pipeweave_dagster.services.overview import entry_of, score_in_words
from pipeweave_dagster.settings import Settings

D = TypeVar("D", bound=Document)
STAGES: tuple[str, ...] = (
    "raw_upload",
    "dataset",
    "schema_deduction",
    "eda_report",
    "findings",
    "pipeline",
    "model",
    "model_evaluation",
    "expectations",
    "predictions",
    "drift",
)
MOST_UNUSED = 60
_RANK = {"blocked": 0, "alerted": 1, "fixed": 2, "passed": 3}


@dataclass
class Stage:
    """One asset of the line: when it was made, and whether that is older than what it rests on."""

    name: str
    url: str
    made_at: str = ""
    stale: str = ""


@dataclass
class View:
    """Everything that the page shows; documents that do not exist yet are None."""

    entry: DatasetEntry
    attempt: Attempt | None
    complete: bool
    run_url: str
    stages: list[Stage] = field(default_factory=list)
    snapshot: DatasetSnapshot | None = None
    schema: SchemaDeduction | None = None
    report: EdaReport | None = None
    report_url: str = ""
    plot: str = ""
    plot_caption: str = ""
    inspected: bool = False
    blocked: list[Finding] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
    pipeline: dict[str, str] = field(default_factory=dict)
    model: TrainedModel | None = None
    evaluation: Evaluation | None = None
    score: str | None = None
    plots: list[dict[str, str]] = field(default_factory=list)
    predictions: PredictionBatch | None = None
    storage: str = ""
    drift: DriftReport | None = None
    links: dict[str, str] = field(default_factory=dict)


def dataset_view(store: DocumentStore, dataset: str, settings: Settings) -> View:
    """Gather the page; a data set whose first run was refused shows what that run made.

    Raises:
        PipeWeaveError: NOT_FOUND if no run ever began for it.
    """
    head, attempt = store.head(dataset), store.attempt(dataset)
    if head is None and attempt is None:
        raise not_found(f"There is no data set {dataset!r}.", fix="See the list of data sets: /")
    latest = store.manifest(dataset, attempt.run_id) if attempt else None
    entries = dict(head.entries) if head else {}
    tried = latest.entries if latest else {}
    view = View(entry_of(store, dataset), attempt, head is not None, _run_url(attempt, settings))
    view.storage = store.storage.url
    view.stages = _stages(dataset, entries or tried, head.stale() if head else {}, settings)
    # Findings and report of the last attempt say why it was refused; a model is only HEAD's.
    recent = {**entries, **{k: v for k, v in tried.items() if k in {"findings", "eda_report"}}}
    _fill_data(view, store, {**tried, **recent} if head is None else recent)
    _fill_model(view, store, entries, settings)
    return view


def _fill_data(view: View, store: DocumentStore, entries: dict[str, Entry]) -> None:
    view.snapshot = _load(store, entries, "dataset", DatasetSnapshot)
    view.schema = _load(store, entries, "schema_deduction", SchemaDeduction)
    view.report = _load(store, entries, "eda_report", EdaReport)
    found = _load(store, entries, "findings", Findings)
    told = [f for f in found.findings if f.state != "passed"] if found else []
    told.sort(key=lambda f: (_RANK[f.state], f.code))
    view.inspected = found is not None
    view.blocked = found.blocked if found else []
    view.groups = finding_groups([f.model_dump(mode="json") for f in told])
    if view.report:
        view.report_url = payload_url(view.report.html)
        view.plot = _image(view.report.plot_svg)
        view.plot_caption = label_of(view.report.plot_svg)


def _fill_model(
    view: View, store: DocumentStore, entries: dict[str, Entry], settings: Settings
) -> None:
    view.model = _load(store, entries, "model", TrainedModel)
    spec = _load(store, entries, "pipeline", PipelineSpec)
    view.unused = dict(list(spec.dropped.items())[:MOST_UNUSED]) if spec else {}
    if spec:
        view.pipeline = {"words": in_words(spec), "image": _image(drawn(spec))}
    view.evaluation = _load(store, entries, "model_evaluation", Evaluation)
    view.predictions = _load(store, entries, "predictions", PredictionBatch)
    view.drift = _load(store, entries, "drift", DriftReport)
    expected = _load(store, entries, "expectations", ExpectationReport)
    if expected and expected.docs:
        view.links["Data docs"] = payload_url(expected.docs)
    if view.evaluation:
        view.score = score_in_words(view.evaluation)
        plots = view.evaluation.plots[:6]
        view.plots = [{"caption": p.caption, "image": _image(p.svg)} for p in plots]
        if view.evaluation.card and view.evaluation.card.name.endswith(".html"):
            view.links["Model card"] = payload_url(view.evaluation.card)
    if view.model and view.model.mlflow:
        urls = mlflow_urls(view.model.mlflow, settings)
        view.links |= {f"MLflow {name}": url for name, url in urls.items()}


def payload_url(payload: Payload) -> str:
    """Where `/reports` serves a payload."""
    return f"/reports/{payload.sha256}/{quote(payload.name, safe='')}"


def _load(store: DocumentStore, entries: dict[str, Entry], asset: str, kind: type[D]) -> D | None:
    return store.load(entries[asset].document, kind) if asset in entries else None


def _image(svg: str) -> str:
    """A picture as a data address: as an image it can neither run scripts nor load anything."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _stages(
    dataset: str, entries: dict[str, Entry], stale: dict[str, str], settings: Settings
) -> list[Stage]:
    base = settings.dagster_url.rstrip("/")
    stages = []
    for name in STAGES:
        stage = Stage(name, f"{base}/assets/{name}?partition={quote(dataset, safe='')}")
        if name in entries:
            made = dt.datetime.fromtimestamp(entries[name].made_at, dt.UTC)
            stage.made_at = made.strftime("%Y-%m-%d %H:%M")
        stage.stale = stale.get(name, "")
        stages.append(stage)
    return stages


def _run_url(attempt: Attempt | None, settings: Settings) -> str:
    if attempt is None:
        return ""
    return f"{settings.dagster_url.rstrip('/')}/runs/{quote(attempt.run_id, safe='')}"
