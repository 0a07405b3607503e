"""The model part of a data set's page: the champion, and the other current models."""

import time
from dataclasses import dataclass, field

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.adapters.web_links import mlflow_urls
from pipeweave_dagster.core.documents import (
    DatasetEntry,
    Estimate,
    Evaluation,
    ModelEntry,
    Plot,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation.report.interval_texts import (
    model_beside,
    on_intervals,
    on_twin,
)
from pipeweave_dagster.core.evaluation.report.twin_texts import sentence
from pipeweave_dagster.core.evaluation.unpredicted import few_rows_note, unpredicted_note
from pipeweave_dagster.core.trial_states import extension_text
from pipeweave_dagster.services.alias_history import AliasMove, moves_of
from pipeweave_dagster.services.alias_texts import author, reason_of, when
from pipeweave_dagster.services.model_aliases import aliases_of, role_of
from pipeweave_dagster.services.model_versions import load_version, versions
from pipeweave_dagster.services.overview import describe_model, score_text
from pipeweave_dagster.services.retrain_texts import facts_of, state_text
from pipeweave_dagster.services.retraining import retrain_state
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.addresses import data_uri, payload_url

MAX_PLOTS = 6
TWIN_PLOTS = "readable_"
"""How the names of the plots of the readable twin begin."""
MAX_MOVES = 12


@dataclass
class ModelView:
    """The champion; without one the newest model, which then has the role `not promoted`."""

    model: TrainedModel | None = None
    evaluation: Evaluation | None = None
    version: str = ""
    role: str = ""
    score: str | None = None
    others: list[tuple[str, ModelEntry]] = field(default_factory=list)
    plots: list[dict[str, str]] = field(default_factory=list)
    on_intervals: str = ""
    few_rows: str = ""
    unpredicted: str = ""
    twin: str = ""
    on_twin: str = ""
    twin_beside: Estimate | None = None
    twin_plots: list[dict[str, str]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    moves: list[dict[str, str]] = field(default_factory=list)
    retraining: dict[str, str] = field(default_factory=dict)

    @property
    def extension(self) -> str:
        """How far its time budget was extended, and why; empty if it was not."""
        model = self.model
        if model is None or model.extended_to_s is None:
            return ""
        return extension_text(model.budget_s, model.extended_to_s, model.processor_share)


def model_view(
    store: DocumentStore, entry: DatasetEntry, head: dict[str, Entry], settings: Settings
) -> ModelView:
    """Gather the documents of the champion, and one row per other model.

    Args:
        store: Where the documents are.
        entry: The data set's row of the overview, which names champion and challenger.
        head: The documents of HEAD; its model is the newest one.
        settings: Addresses for links.
    """
    newest = store.load_entry(head, "model", TrainedModel)
    evaluation = store.load_entry(head, "model_evaluation", Evaluation)
    view = ModelView(newest, evaluation, _version(newest), "not promoted" if newest else "")
    if entry.champion:
        view.version, view.role = entry.champion.version, "champion"
        view.model, view.evaluation = load_version(store, entry.dataset, view.version)
    if entry.challenger:
        view.others.append(("challenger", entry.challenger))
    if entry.champion and newest and evaluation:
        known = {entry.champion.version, entry.challenger.version if entry.challenger else ""}
        if _version(newest) not in known:
            described = describe_model(_version(newest), newest, evaluation)
            view.others.append((_role(store, entry.dataset, _version(newest)), described))
    view.moves = [_row(move) for move in reversed(moves_of(store, entry.dataset))][:MAX_MOVES]
    view.retraining = _retraining(store, entry.dataset, settings)
    _decorate(view, settings)
    return view


def _role(store: DocumentStore, dataset: str, version: str) -> str:
    """Return what the model of HEAD is; a promoted twin is a newer version without a training."""
    if [version] == versions(store, dataset)[-1:]:
        return "newest"
    role = role_of(version, aliases_of(store, dataset))
    return "last trained" if role == "none" else role


def _retraining(store: DocumentStore, dataset: str, settings: Settings) -> dict[str, str]:
    now = time.time()
    state = retrain_state(store, dataset, settings, now)
    if state is None:
        return {}
    facts = facts_of(dataset, state, now)
    last = f"{facts['requested_at']}: {facts['reason']}" if facts["requested_at"] else ""
    return {"rule": facts["rule"], "state": state_text(facts), "last": last}


def _row(move: AliasMove) -> dict[str, str]:
    cause = move.cause
    # `previous` follows the champion, which is what is rolled back.
    is_rollback = cause.how == "rollback" and move.alias == "champion"
    return {
        "when": when(move.at)[:16],
        "alias": move.alias,
        "verb": "rolled back" if is_rollback else "moved",
        "before": f"version {move.before}" if move.before else "none",
        "after": f"version {move.after}" if move.after else "none",
        "by": author(cause),
        "why": reason_of(cause),
    }


def _version(model: TrainedModel | None) -> str:
    return model.mlflow.model_version if model and model.mlflow else ""


def _figure(plot: Plot) -> dict[str, str]:
    return {"caption": plot.caption, "image": data_uri(plot.svg)}


def _decorate(view: ModelView, settings: Settings) -> None:
    """Add plots, score and links of the model that is shown."""
    if view.evaluation:
        view.score = score_text(view.evaluation)
        drawn = view.evaluation.plots
        own = [plot for plot in drawn if not plot.name.startswith(TWIN_PLOTS)]
        view.plots = [_figure(plot) for plot in own[:MAX_PLOTS]]
        view.twin_plots = [_figure(p) for p in drawn if p.name.startswith(TWIN_PLOTS)]
        view.on_intervals = on_intervals(view.evaluation)
        view.few_rows = few_rows_note(view.evaluation.by_class)
        if view.model:
            view.unpredicted = unpredicted_note(view.model, view.evaluation.by_class)
        if view.model and (twin := view.evaluation.readable):
            view.twin, view.on_twin = sentence(twin), on_twin(view.evaluation)
            view.twin_beside = model_beside(view.model, view.evaluation, twin)
        if view.evaluation.card and view.evaluation.card.name.endswith(".html"):
            view.links["Model card"] = payload_url(view.evaluation.card)
    if view.model and view.model.mlflow:
        urls = mlflow_urls(view.model.mlflow, settings)
        view.links |= {f"MLflow {name}": url for name, url in urls.items()}
