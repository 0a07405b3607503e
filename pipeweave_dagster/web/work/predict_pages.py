"""Score a file: drop it, see what came out, download the predictions."""

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.documents import BatchRecord
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.predictions import predictions_file
from pipeweave_dagster.services.scored_uploads import (
    KINDS,
    ScoredUpload,
    fetch_scored,
    find_scored,
    land_batch,
    score_upload,
)
from pipeweave_dagster.services.scoring import batch_name
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.monitoring_view import batch_row
from pipeweave_dagster.web.work.benches import fresh_bench
from pipeweave_dagster.web.work.downloads import download
from pipeweave_dagster.web.work.forms import FORM_BYTES, Form, posted
from pipeweave_dagster.web.work.pages import see, work_page
from pipeweave_dagster.web.work.setup_pages import scratch

_SHOWN = 50


def predict_page(request: Request) -> Response:
    """Show the form for a file, and the batches so far."""
    return _page(request, None)


def scored_page(request: Request) -> Response:
    """Show what came out of a file, with links to the predictions."""
    dataset = check_slug(request.path_params["dataset"])
    require(request, Action.PREDICT, dataset)
    store = request.app.state.store
    return _page(request, find_scored(store, dataset, request.path_params["scored_id"]))


@posted(Action.PREDICT, lambda request: request.app.state.settings.max_dataset_bytes + FORM_BYTES)
def predict(request: Request, form: Form) -> Response:
    """Score a file at once, or hand it over as a batch of the data set."""
    store, dataset = request.app.state.store, request.path_params["dataset"]
    file = form.file("file")
    with scratch(store) as folder:
        path = Path(folder) / "rows"
        with path.open("wb") as copy:
            shutil.copyfileobj(file.file, copy, 1 << 20)
        if form.text("as") == "batch":
            key = land_batch(store, dataset, str(file.filename), path)
            landed = quote(key.rpartition("/")[2], safe="")
            return see(f"/datasets/{dataset}/predict?landed={landed}")
        with fresh_bench(request) as bench:
            scored = score_upload(bench, dataset, str(file.filename), path)
    return see(f"/datasets/{dataset}/predict/{scored.scored_id}")


def scored_file(request: Request) -> Response:
    """Send the predictions of a scored file."""
    dataset, kind = check_slug(request.path_params["dataset"]), request.path_params["kind"]
    require(request, Action.PREDICT, dataset)
    store = request.app.state.store
    scored = find_scored(store, dataset, request.path_params["scored_id"])
    name = f"{scored.file_name.partition('.')[0]}-predictions"
    return download(store, name, _known(kind), lambda to: fetch_scored(store, scored, kind, to))


def batch_file(request: Request) -> Response:
    """Send the predictions of a batch of the history."""
    dataset, kind = check_slug(request.path_params["dataset"]), request.path_params["kind"]
    require(request, Action.VIEW_RAW_ROWS, dataset)
    store, batch = request.app.state.store, request.path_params["batch"]
    version = request.query_params.get("version")
    known = [b for b in history_of(store, dataset).batches if b.batch == batch]
    record = next((b for b in known if version in {None, b.model_version}), None)
    if record is None:
        raise not_found("There is no such batch.", fix="Choose one of the list.")
    name = f"{record.batch}-predictions"
    return download(store, name, _known(kind), lambda to: predictions_file(store, record, kind, to))


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise not_found("There is no such file.", fix="Choose csv or parquet.")
    return kind


def _landed(request: Request, dataset: str, records: list[BatchRecord]) -> dict[str, Any] | None:
    """Return the batch that was just sent, and what it waits for; None if none was."""
    store, name = request.app.state.store, request.query_params.get("landed", "")
    file = store.storage.stat(f"predict/{dataset}/{name}") if name and "/" not in name else None
    if file is None:
        return None
    attempt, batch = store.attempt(dataset), batch_name(name)
    since = [r for r in records if r.batch == batch and r.scored_at >= file.modified]
    running = attempt is not None and attempt.state == "running"
    return {"name": name, "scored": bool(since), "running": running}


def _page(request: Request, scored: ScoredUpload | None) -> Response:
    dataset = check_slug(request.path_params["dataset"])
    require(request, Action.VIEW, dataset)
    store = request.app.state.store
    records = history_of(store, dataset).batches[::-1]
    return work_page(
        request,
        "predict.html.j2",
        dataset=dataset,
        scored=scored,
        landed=_landed(request, dataset, records),
        champion=aliases_of(store, dataset).get("champion"),
        batches=[batch_row(record) for record in records[:_SHOWN]],
        most_bytes=request.app.state.settings.max_dataset_bytes,
    )
