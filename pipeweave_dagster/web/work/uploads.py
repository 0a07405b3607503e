"""Upload a file, see what was found in it, and start its run."""

import shutil
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.naming import check_slug, name_of_file
from pipeweave_dagster.services.receive import check_size, settings_of
from pipeweave_dagster.services.run_settings import start_upload
from pipeweave_dagster.services.upload_previews import (
    Preview,
    keep_upload,
    preview_data,
    preview_of,
)
from pipeweave_dagster.services.upload_tickets import find_ticket
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.work.benches import fresh_bench
from pipeweave_dagster.web.work.forms import FORM_BYTES, Form, posted
from pipeweave_dagster.web.work.pages import see, work_page
from pipeweave_dagster.web.work.setup_pages import Setup, checked_change, scratch, show


def upload_form(request: Request) -> Response:
    """Show the form for a file."""
    require(request, Action.UPLOAD)
    dataset = request.query_params.get("dataset", "")
    return work_page(
        request,
        "upload.html.j2",
        dataset=check_slug(dataset) if dataset else "",
        most_bytes=request.app.state.settings.max_dataset_bytes,
    )


@posted(Action.UPLOAD, lambda request: request.app.state.settings.max_dataset_bytes + FORM_BYTES)
def upload(request: Request, form: Form) -> Response:
    """Keep a file, and lead to the page that shows what is in it."""
    store, settings = request.app.state.store, request.app.state.settings
    file = form.file("file")
    given = form.text("dataset", 80)
    dataset = check_slug(given) if given else name_of_file(str(file.filename))
    require(request, Action.UPLOAD, dataset)
    check_size(str(file.filename)[:80], file.size or 0, settings.max_dataset_bytes)
    with scratch(store) as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as copy:
            shutil.copyfileobj(file.file, copy, 1 << 20)
        upload_id = keep_upload(store, settings, dataset, str(file.filename), path)
    return see(f"/upload/{upload_id}")


def preview(request: Request) -> Response:
    """Show what was found in a waiting file, and the form of its settings."""
    found = _preview(request)
    setup = _setup(found).filled(settings_of(request.app.state.store, found.dataset))
    return show(request, setup)


@posted(Action.RUN)
def start(request: Request, form: Form) -> Response:
    """Check the settings, write them, and start the run of a waiting file."""
    found, store = _preview(request, Action.RUN), request.app.state.store
    with scratch(store) as folder:
        data = preview_data(store, found, Path(folder))
        change = checked_change(request, _setup(found), form, data)
    if isinstance(change, Response):
        return change
    start_upload(store, found, *change)
    return see(f"/datasets/{found.dataset}/run")


def _setup(found: Preview) -> Setup:
    action = f"/upload/{found.upload_id}"
    return Setup(found.dataset, found.snapshot, found.found, action, found.file_name)


def _preview(request: Request, action: Action = Action.UPLOAD) -> Preview:
    """Return what was found in the file of the path; only for whoever may upload to its data set.

    Raises:
        PipeWeaveError: NOT_FOUND for an unknown upload, FORBIDDEN by the role.
    """
    upload_id = request.path_params["upload_id"]
    require(request, action)
    require(request, action, find_ticket(request.app.state.store, upload_id).dataset)
    with fresh_bench(request) as bench:
        return preview_of(bench, upload_id)
