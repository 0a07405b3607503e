"""Models: champions, history, promotion and rollback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter, Request

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.champion import champion_of, notice_moves
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_rows import history_facts, list_champions, registered_facts
from pipeweave_dagster.services.promotion import promote_version, roll_back
from pipeweave_dagster.web.api.answers.models import (
    ChampionRow,
    ModelFacts,
    ModelHistory,
    Promoted,
    RolledBack,
)
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.requests import PromoteRequest, RollbackRequest
from pipeweave_dagster.web.api.shared import (
    DatasetPath,
    Use,
    allowed,
    logged_in,
    sees,
)
from pipeweave_dagster.web.identity import Action, require

router = APIRouter(prefix="/models", tags=["models"])


@router.get("", response_model=VersionedResponse[list[ChampionRow]])
def list_models(request: Request, shared: Use) -> Any:
    """List the champion of every data set, and its challenger."""
    logged_in(request)
    with shared.model_bench() as bench:
        return enveloped(list_champions(bench, sees(request)))


@router.get(
    "/{dataset}",
    response_model=VersionedResponse[ModelFacts],
    dependencies=[allowed(Action.VIEW)],
)
def get_model(shared: Use, dataset: DatasetPath) -> Any:
    """Show the champion of a data set: leaderboard, test scores, explanations."""
    with shared.model_bench() as bench:
        name = known(shared.store, dataset)
        return enveloped(registered_facts(name, champion_of(bench, name)))


@router.get(
    "/{dataset}/history",
    response_model=VersionedResponse[ModelHistory],
    dependencies=[allowed(Action.VIEW)],
)
def get_history(shared: Use, dataset: DatasetPath) -> Any:
    """List every version with its decision, and every move of an alias: who, when, why."""
    with shared.model_bench() as bench:
        name = known(shared.store, dataset)
        notice_moves(bench, name)
        return enveloped(history_facts(bench, name))


@router.post(
    "/{dataset}/promote",
    response_model=VersionedResponse[Promoted],
    dependencies=[allowed(Action.PROMOTE)],
)
def promote(request: Request, shared: Use, dataset: DatasetPath, body: PromoteRequest) -> Any:
    """Make a version the champion if the gate lets it, or by force with a reason."""
    if body.force:
        require(request, Action.OVERRIDE_BLOCK, dataset)
    with shared.model_bench() as bench, _in_words_of_the_body():
        name = known(shared.store, dataset)
        gate = promote_version(bench, name, body.version, body.reason, force=body.force)
    forced = body.force and not gate.is_open
    checks = [check.model_dump(mode="json") for check in gate.checks]
    return enveloped({"dataset": name, "champion": body.version, "forced": forced, "gate": checks})


@router.post(
    "/{dataset}/rollback",
    response_model=VersionedResponse[RolledBack],
    dependencies=[allowed(Action.ROLL_BACK)],
)
def rollback(shared: Use, dataset: DatasetPath, body: RollbackRequest) -> Any:
    """Make the last previous champion that can still predict the champion again."""
    with shared.model_bench() as bench:
        name = known(shared.store, dataset)
        version, passed_over = roll_back(bench, name, body.reason)
    return enveloped({"dataset": name, "champion": version, "passed_over": passed_over})


@contextmanager
def _in_words_of_the_body() -> Iterator[None]:
    """Let a refusal of the gate name the fields of the request, not the options of the command."""
    try:
        yield
    except PipeWeaveError as error:
        if "failed" not in error.details:
            raise
        fix = "Promote another version, or send `force`: true with a `reason`."
        raise PipeWeaveError(error.code, error.message, fix=fix, **error.details) from error
