"""The first batch after a promotion: where its checks fail, the champion before is restored."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.documents import BatchRecord
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found
from pipeweave_dagster.core.prediction import Side, first_batch_problems
from pipeweave_dagster.services.alias_history import (
    AliasMove,
    Cause,
    moves_of,
    rollback_target,
    rollback_targets,
)
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.champion import Registered, champion_of
from pipeweave_dagster.services.model_versions import load_version, table_of
from pipeweave_dagster.services.promotion import roll_back
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.scoring import Scored
from pipeweave_dagster.services.usable_versions import first_usable
from pipeweave_dagster.services.workbench import Workbench

logger = logging.getLogger(__name__)
# The input is to blame for these, or the storage.
_NOT_OF_THE_MODEL = {ErrorCode.VALIDATION_ERROR, ErrorCode.SERVICE_UNAVAILABLE}


class FirstBatch(NamedTuple):
    """What was found.

    Attributes:
        version: The version in question.
        problems: What is wrong with it.
        restored: The version that is the champion again.
        unchecked: Why nothing was found out.
        stays: Why it is the champion still, in spite of its problems.
    """

    version: str
    problems: list[str]
    restored: str | None = None
    unchecked: str = ""
    stays: str = "Rollback is off."

    @property
    def text(self) -> str:
        """What happened, in sentences; empty if nothing is wrong."""
        if self.unchecked:
            return f"The first batch of version {self.version} was not checked: {self.unchecked}"
        if not self.problems:
            return ""
        after = (
            f"Version {self.restored} is the champion again and scored the batch."
            if self.restored
            else f"It stays the champion. {self.stays}"
        )
        return f"First batch of version {self.version}: {' '.join(self.problems)} {after}"


def is_first(workbench: Workbench, dataset: str) -> AliasMove | None:
    """Return the move that made the champion if no batch was scored since, and it may be undone.

    A rollback, and a promotion that somebody forced, are final.
    """
    moves = [m for m in moves_of(workbench.store, dataset) if m.alias == "champion"]
    last = moves[-1] if moves else None
    if last is None or last.cause.how not in {"run", "promote"} or last.cause.forced:
        return None
    if last.after is None or rollback_target(moves) is None:
        return None
    scored = history_of(workbench.store, dataset).batches
    return None if any(_is_by(record, last) for record in scored) else last


def check_first_batch(
    workbench: Workbench, dataset: str, scored: Scored, rows: Path, run_id: str
) -> FirstBatch | None:
    """Check a batch that the champion has just scored, if it is its first one.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        scored: The predictions, not yet delivered.
        rows: The rows as a typed table.
        run_id: The run, which the history of aliases names.

    Returns:
        What was found, with the version that was restored; None if it is not a first batch.
    """
    move = is_first(workbench, dataset)
    if move is None or move.after != scored.batch.model_version:
        return None
    try:
        new = _side(workbench, dataset, champion_of(workbench, dataset))
        before = _side(workbench, dataset, _champion_before(workbench, dataset))
        problems = workbench.on_model(first_batch_problems, new=new, before=before, rows=rows)
    except PipeWeaveError as error:  # the batch itself was scored
        unchecked = FirstBatch(move.after, [], unchecked=error.text)
        logger.warning(unchecked.text)
        return unchecked
    return _ended(workbench, dataset, FirstBatch(move.after, problems), run_id)


def _champion_before(workbench: Workbench, dataset: str) -> Registered:
    """Return the version that a rollback would restore."""
    found = first_usable(workbench, dataset, rollback_targets(moves_of(workbench.store, dataset)))
    if found.version is None:
        raise not_found(
            f"There is no earlier champion that can predict. {found.note}",
            fix="Train the data set once more.",
        )
    trained, evaluation = load_version(workbench.store, dataset, found.version)
    if trained.mlflow is None:
        raise not_found(
            f"Version {found.version} was not registered.", fix="Train the data set once more."
        )
    return Registered(trained.mlflow, trained, evaluation)


def blame(
    workbench: Workbench, dataset: str, error: PipeWeaveError, run_id: str
) -> FirstBatch | None:
    """Return what was done about a champion that could not score its first batch.

    None if it is not its first, or if the input is to blame.
    """
    move = is_first(workbench, dataset)
    if move is None or move.after is None or error.code in _NOT_OF_THE_MODEL:
        return None
    found = FirstBatch(move.after, [f"It could not be scored: {error}"])
    ended = _ended(workbench, dataset, found, run_id)
    return ended if ended.restored else None


def _ended(workbench: Workbench, dataset: str, found: FirstBatch, run_id: str) -> FirstBatch:
    if not found.problems or not settings_of(workbench.store, dataset).retrain.rollback:
        return found
    cause = Cause(how="rollback", run_id=run_id, reason=" ".join(found.problems))
    try:
        restored = roll_back(workbench, dataset, cause=cause).version
    except PipeWeaveError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        logger.warning("Version %s was not rolled back: %s", found.version, error)
        return found._replace(stays=error.message)
    logger.warning("Version %s was rolled back: %s", found.version, cause.reason)
    return found._replace(restored=restored)


def _is_by(record: BatchRecord, move: AliasMove) -> bool:
    return record.model_version == move.after and record.scored_at >= move.at


def _side(workbench: Workbench, dataset: str, found: Registered) -> Side:
    store, trained = workbench.store, found.trained
    table = table_of(store, dataset, found.link.model_version)
    return Side(
        trained=trained,
        model=store.payload(trained.model),
        evaluated=store.payload(trained.evaluated or trained.model),
        test_rows=store.payload(trained.test_rows),
        reference=store.payload(trained.reference),
        table=store.payload(table.data) if table else None,
    )


def score_checked(
    workbench: Workbench,
    dataset: str,
    attempt: Callable[[Path], Scored],
    folder: Path,
    run_id: str,
) -> tuple[Scored, FirstBatch | None]:
    """Score a batch, and once more with the champion before if this is a broken one's first.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        attempt: Scores the batch with the champion into an empty folder.
        folder: Receives the payloads.
        run_id: The run.

    Returns:
        The predictions to deliver, and what the check of a first batch found.

    Raises:
        PipeWeaveError: Of the attempt.
    """
    tried = _empty(folder, "first")
    try:
        scored = attempt(tried)
    except PipeWeaveError as error:
        found = blame(workbench, dataset, error, run_id)
        if found is None:
            raise
    else:
        found = check_first_batch(
            workbench, dataset, scored, tried / scored.batch.rows_file.name, run_id
        )
        if found is None or found.restored is None:
            return _with_payloads(scored, tried, folder), found
    again = _empty(folder, "again")
    scored = attempt(again)
    batch = scored.batch.model_copy(update={"notes": [found.text, *scored.batch.notes]})
    return _with_payloads(scored.model_copy(update={"batch": batch}), again, folder), found


def _empty(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


def _with_payloads(scored: Scored, made: Path, folder: Path) -> Scored:
    """Move the payloads of a document to where they are stored from."""
    for payload in scored.batch.payloads():
        (made / payload.name).replace(folder / payload.name)
    return scored
