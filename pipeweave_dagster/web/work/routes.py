"""The addresses of the workbench."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from pipeweave_dagster.web.work import (
    admin_pages,
    finding_pages,
    model_pages,
    pages,
    predict_pages,
    run_pages,
    settings_pages,
    try_pages,
    uploads,
    user_pages,
)

_PAGES: dict[str, Callable[..., Any]] = {
    "/static/work.js": pages.script,
    "/upload": uploads.upload_form,
    "/upload/{upload_id}": uploads.preview,
    "/datasets/{dataset}/settings": settings_pages.settings_form,
    "/datasets/{dataset}/run": run_pages.run_page,
    "/datasets/{dataset}/run/part": run_pages.run_part,
    "/datasets/{dataset}/findings": finding_pages.findings_page,
    "/datasets/{dataset}/models": model_pages.models_page,
    "/datasets/{dataset}/try": try_pages.try_page,
    "/datasets/{dataset}/predict": predict_pages.predict_page,
    "/datasets/{dataset}/predict/{scored_id}": predict_pages.scored_page,
    "/datasets/{dataset}/predict/{scored_id}/{kind}": predict_pages.scored_file,
    "/datasets/{dataset}/batches/{batch}/{kind}": predict_pages.batch_file,
    "/schedules": admin_pages.schedules_page,
    "/audit": admin_pages.audit_page,
    "/users": user_pages.users_page,
}
FORMS: dict[str, Callable[..., Any]] = {
    "/upload": uploads.upload,
    "/upload/{upload_id}": uploads.start,
    "/datasets/{dataset}/settings": settings_pages.change_settings,
    "/datasets/{dataset}/run": run_pages.run_again,
    "/datasets/{dataset}/run/cancel": run_pages.cancel,
    "/datasets/{dataset}/findings": finding_pages.answer,
    "/datasets/{dataset}/findings/undo": finding_pages.undo,
    "/datasets/{dataset}/models/promote": model_pages.promote,
    "/datasets/{dataset}/models/rollback": model_pages.rollback,
    "/datasets/{dataset}/try": try_pages.try_model,
    "/datasets/{dataset}/threshold": try_pages.try_threshold,
    "/datasets/{dataset}/predict": predict_pages.predict,
    "/datasets/{dataset}/schedule": admin_pages.switch,
    "/users": user_pages.add,
    "/users/{user}/role": user_pages.change_role,
    "/users/{user}/teams": user_pages.change_teams,
    "/users/{user}/password": user_pages.change_password,
    "/users/{user}/remove": user_pages.remove,
}
"""What receives a form, each with a token and for a role."""


def work_routes() -> list[Route]:
    """Return the routes of all pages with forms."""
    shown = [Route(path, page, methods=["GET"]) for path, page in _PAGES.items()]
    return [*shown, *(Route(path, form, methods=["POST"]) for path, form in FORMS.items())]
