"""Whether the services respond."""

from typing import Any

from fastapi import APIRouter

from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.web.api.answers.operation import HealthFacts
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.shared import Use
from pipeweave_dagster.web.health_checks import health_of

router = APIRouter(tags=["health"])


@router.get("/health", response_model=VersionedResponse[HealthFacts])
def health(shared: Use) -> Any:
    """Show the state of every service; an error SERVICE_UNAVAILABLE if one does not respond."""
    state = health_of(shared.store, shared.settings, shared.started)
    if state["state"] != "ok":
        red = [line["name"] for line in state["services"] if line["state"] != "ok"]
        raise unavailable(
            f"These services do not respond: {', '.join(red)}.",
            fix="See 'pipeweave doctor'.",
            **state,
        )
    return enveloped(state)
