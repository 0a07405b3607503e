"""The page between a file and its run: what was found, and the settings to run it with."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    SchemaDeduction,
)
from pipeweave_dagster.core.documents.data import SemanticType
from pipeweave_dagster.core.documents.settings import QUALITY_SECONDS
from pipeweave_dagster.core.errors import PipeWeaveError, not_found
from pipeweave_dagster.core.pipelines.checks.roles import METRICS
from pipeweave_dagster.services.reading_text import reading_lines
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.run_settings import changed_settings, check_settings
from pipeweave_dagster.web.work.benches import fresh_bench
from pipeweave_dagster.web.work.forms import Form
from pipeweave_dagster.web.work.pages import work_page
from pipeweave_dagster.web.work.settings_errors import field_of
from pipeweave_dagster.web.work.settings_values import (
    Change,
    Values,
    change_of,
    shown_columns,
    values_of,
)

TYPES = sorted({*get_args(SemanticType)} - {"constant", "context_specific", "embedded_number"})


@dataclass
class Setup:
    """What the page shows.

    `values` are the fields as they are or were sent, `error` is what is wrong with them and
    `wrong` the field it is about, `note` what a check has found.
    """

    dataset: str
    snapshot: DatasetSnapshot
    found: SchemaDeduction
    action: str
    file_name: str = ""
    values: Values = field(default_factory=dict)
    error: PipeWeaveError | None = None
    wrong: str = ""
    note: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns that the form offers."""
        return shown_columns(self.snapshot)

    @property
    def reading(self) -> list[str]:
        """How the file was read."""
        return reading_lines(self.snapshot.model_dump(mode="json"))

    def filled(self, settings: DatasetSettings) -> "Setup":
        """Return this page with the fields of settings."""
        self.values = values_of(settings, self.columns)
        return self


def show(request: Request, setup: Setup, status: int = 200) -> Response:
    """Return the page."""
    return work_page(
        request,
        "setup.html.j2",
        status,
        setup=setup,
        types=TYPES,
        metrics=METRICS,
        qualities=QUALITY_SECONDS,
        default_budget=request.app.state.settings.time_budget_s,
        default_privacy=request.app.state.settings.privacy_default,
    )


def checked_change(request: Request, setup: Setup, form: Form, data: Path) -> Change | Response:
    """Return what a form changes once it is valid; else the page with its errors marked.

    The page also answers the button that only checks. The check is a call in a bounded child.
    """
    store: DocumentStore = request.app.state.store
    setup.values = {name: form.text(name) for name in values_of(DatasetSettings(), setup.columns)}
    try:
        change = change_of(setup.values, settings_of(store, setup.dataset), setup.columns)
        wanted = changed_settings(store, setup.dataset, *change)
        with fresh_bench(request) as bench:
            setup.found = check_settings(bench, setup.snapshot, data, wanted)
    except PipeWeaveError as error:
        if error.code.http_status >= 500:
            raise
        setup.error, setup.wrong = error, field_of(error)
        return show(request, setup, 422)
    if form.text("do") != "check":
        return change
    target = setup.found.target
    setup.note = f"These settings fit. {target.reason}"
    return show(request, setup)


def known_setup(store: DocumentStore, dataset: str) -> Setup:
    """Return the page of a data set that has been read before.

    Raises:
        PipeWeaveError: NOT_FOUND if no run has read it.
    """
    entries = store.last_with(dataset, "dataset", "schema_deduction")
    if not entries:
        raise not_found(f"No run has read {dataset!r} yet.", fix="Upload a file first: /upload")
    snapshot = store.load(entries["dataset"].document, DatasetSnapshot)
    found = store.load(entries["schema_deduction"].document, SchemaDeduction)
    setup = Setup(dataset, snapshot, found, f"/datasets/{dataset}/settings")
    return setup.filled(settings_of(store, dataset))


def scratch(store: DocumentStore) -> Any:
    """Return a folder for one request, as a context manager."""
    store.cache.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=store.cache)


def column_rows(setup: Setup) -> Sequence[Any]:
    """Return the found columns in the order of the table."""
    by_name = {column.name: column for column in setup.found.columns}
    return [by_name[name] for name in setup.columns if name in by_name]
