"""Administration: the audit log, and what starts by itself."""

import datetime as dt
import json
import time
from functools import partial
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.audit import AuditEntry
from pipeweave_dagster.services.retrain_switch import list_retraining, switch_retraining
from pipeweave_dagster.services.retrain_texts import state_text
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.paging import page_number, page_of
from pipeweave_dagster.web.work.forms import Form, posted
from pipeweave_dagster.web.work.pages import is_allowed, see, work_page
from pipeweave_dagster.web.work.run_pages import server_of

MOST_ENTRIES = 500
_DAYS = (1, 7, 30, 365)


def audit_page(request: Request) -> Response:
    """Show the newest entries of the audit log, of the last week unless asked otherwise."""
    require(request, Action.VIEW_AUDIT)
    days = next((d for d in _DAYS if str(d) == request.query_params.get("days")), 7)
    subject = request.query_params.get("subject", "").strip()[:80]
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    log = audit.entries(request.app.state.store, since, subject=subject or None, newest_first=True)
    newest = list(islice(log, MOST_ENTRIES + 1))
    return work_page(
        request,
        "audit.html.j2",
        entries=[_row(entry) for entry in newest[:MOST_ENTRIES]],
        more=len(newest) > MOST_ENTRIES,
        days=days,
        choices=_DAYS,
        subject=subject,
    )


def schedules_page(request: Request) -> Response:
    """Show when each data set is retrained, with a switch, and all schedules and sensors."""
    require(request, Action.VIEW)
    store, settings = request.app.state.store, request.app.state.settings
    names = [*filter(partial(is_allowed, request, "view"), store.datasets())]
    shown = page_of(names, page_number(request.query_params.get("page", "")))
    rows = list_retraining(store, settings, time.time(), {*shown.entries}.__contains__)
    try:
        automation = server_of(request).automation()
    except PipeWeaveError:
        automation = None
    return work_page(
        request,
        "schedules.html.j2",
        rows=[row | {"due": state_text(row)} for row in rows],
        shown=shown,
        automation=automation,
    )


@posted(Action.SCHEDULE)
def switch(request: Request, form: Form) -> Response:
    """Turn retraining of a data set on or off."""
    store, dataset = request.app.state.store, request.path_params["dataset"]
    enabled = form.text("enabled") == "yes"
    switch_retraining(store, dataset, enabled=enabled)
    return see("/schedules")


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "when": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(entry.at)),
        "who": f"{entry.who} ({entry.role}, {entry.via})",
        "what": entry.action.replace("_", " "),
        "refused": entry.outcome != "done",
        "subject": entry.subject,
        "version": entry.version or "",
        "reason": entry.reason,
        "before": _short(entry.before),
        "after": _short(entry.after),
    }


def _short(value: Any) -> str:
    return "" if value in (None, {}, []) else json.dumps(value, ensure_ascii=False)[:400]
