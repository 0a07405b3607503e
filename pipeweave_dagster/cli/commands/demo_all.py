"""`pipeweave demo --all`: an installation with something of everything, to look around in."""

import csv
import io
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.process_file import process_file
from pipeweave_dagster.cli.support.show_option import Show
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.documents import DriftReport
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.upload_locks import lock_upload
from pipeweave_dagster.services.users import directory

if TYPE_CHECKING:
    import dagster as dg

    from pipeweave_dagster.services.workbench import Workbench

Row = Mapping[str, str]
# File and target by name.
Examples = Mapping[str, tuple[Path, str]]
DATA_SETS = ("penguins", "student_math", "breast_cancer")
_ROLES = (Role.VIEWER, Role.EDITOR, Role.APPROVER)
_THRESHOLD = "EDA_REPORT_SIZE_THRESHOLD_MB"
# With the usual threshold of a megabyte the summary of no example would lie beside its document.
_WIDE, _SMALL_MB = "breast_cancer", "0.01"
# The last batch differs from the training rows: penguins of one island, where two species live.
_BATCHES: tuple[tuple[str, str, Callable[[int, Row], bool]], ...] = (
    ("penguins", "every_second", lambda number, _: number % 2 == 0),
    ("penguins", "biscoe", lambda _, row: row["island"] == "Biscoe"),
)


def fill(examples: Examples, time_budget: float, *, show: Show) -> dict[str, Any]:
    """Add users, data sets with their models, predictions and one drift; return what was made.

    Args:
        examples: The data sets of `DATA_SETS`.
        time_budget: Seconds per training.
        show: What of the runs is shown.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the installation has users or data sets; what went
            wrong in one of the runs.
    """
    with home.workbench() as bench:
        if directory.has_users(bench.store) or bench.store.datasets():
            raise validation_error(
                "This installation has users or data sets already.",
                fix="Set PIPEWEAVE_HOME to an empty folder.",
            )
        key = None if bench.settings.secret("jwt_secret_key") else secrets.token_hex(32)
        users = [_add_user(bench, role) for role in _ROLES]
    made = [_process(name, *examples[name], time_budget, show=show) for name in DATA_SETS]
    with home.workbench() as bench, home.instance() as instance:
        for name, batch, wanted in _BATCHES:
            rows = _batch(*examples[name], wanted)
            _score(bench, instance, name, f"predict/{name}/{batch}.csv", rows, show=show)
        drift = bench.store.latest("penguins", "drift", DriftReport)
    verdict = drift.verdict if drift else None
    batches = [f"{name}/{batch}" for name, batch, _ in _BATCHES]
    return {"users": users, "login_key": key, "datasets": made, "batches": batches,
            "drift": verdict}  # fmt: skip


def as_text(made: Mapping[str, Any]) -> str:
    """Return what was made for the terminal, with the passwords, which are kept nowhere."""
    lines = ["", "Users (the passwords are shown only now):"]
    lines += [f"  {user['name']:<9} {user['password']}" for user in made["users"]]
    if made["login_key"]:
        lines += ["", "Logins are signed with a key; set it before the pages are started:",
                  f"  export JWT_SECRET_KEY={made['login_key']}"]  # fmt: skip
    names = ", ".join(facts["dataset"] for facts in made["datasets"])
    batches = f"{', '.join(made['batches'])} (the last one: {made['drift']})"
    lines += ["", f"Data sets: {names}", f"Batches: {batches}", ""]
    lines.append("Next: 'pipeweave dev' opens the web UI, 'pipeweave overview' shows all of it.")
    return "\n".join(lines)


def _add_user(bench: "Workbench", role: Role) -> dict[str, str]:
    password = secrets.token_urlsafe(15)
    directory.add_user(bench.store, role.value, role, password)
    return {"name": role.value, "role": role.value, "password": password}


def _process(
    name: str, file: Path, target: str, time_budget: float, *, show: Show
) -> dict[str, Any]:
    chosen = {"target": target, "time_budget_s": time_budget}
    with _threshold(_SMALL_MB if name == _WIDE else None):
        done = process_file(file, name, chosen, show=show)
    if done.error is not None:
        raise done.error
    return done.facts


@contextmanager
def _threshold(megabytes: str | None) -> Iterator[None]:
    """Let runs of this process keep larger summaries of reports beside their documents."""
    if megabytes is None or _THRESHOLD in os.environ:
        yield
        return
    os.environ[_THRESHOLD] = megabytes
    try:
        yield
    finally:
        del os.environ[_THRESHOLD]


def _batch(file: Path, target: str, wanted: Callable[[int, Row], bool]) -> bytes:
    """Return some rows of an example as CSV, without the target."""
    with file.open(newline="", encoding="utf-8") as text:
        rows = [row for number, row in enumerate(csv.DictReader(text)) if wanted(number, row)]
    features = [name for name in rows[0] if name != target]
    written = io.StringIO()
    writer = csv.DictWriter(written, features, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def _score(
    bench: "Workbench", instance: "dg.DagsterInstance", name: str, key: str, rows: bytes,
    *, show: Show,
) -> None:  # fmt: skip
    """Score a batch in the landing zone, as the sensor would."""
    from pipeweave_dagster.cli.support.launch import execute
    from pipeweave_dagster.lib.failure_reasons import error_of
    from pipeweave_dagster.lib.partitions import BATCH_TAG, UPLOAD_VERSION_TAG

    with lock_upload(bench.store, key):
        bench.store.storage.put(key, rows)
        stored = bench.store.storage.stat(key)
        tags = {BATCH_TAG: key} | ({UPLOAD_VERSION_TAG: stored.version} if stored else {})
        run_id = execute(instance, bench, "predict_batch", name, tags=tags, show=show)
    if error := error_of(instance, run_id):
        raise error
