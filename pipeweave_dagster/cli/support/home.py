"""The installation that a command works on: its settings, home and Dagster instance."""

import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from pipeweave_dagster.services.workbench import Workbench

_NO_LOG_CAPTURE = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
_PROCESSORS_PER_TRAINING = 2
_POSTGRES = """
storage:
  postgres:
    postgres_url:
      env: DATABASE_URL
"""


@cache
def settings() -> Settings:
    """Return the settings of this command.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the names of invalid variables; not their values,
            which may be secrets.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{e['loc'][0] if e['loc'] else 'settings'}: {e['msg']}" for e in error.errors()
        )
        raise validation_error(
            f"Invalid settings: {problems}.", fix="Correct the environment or .env."
        ) from None


def prepare() -> Settings:
    """Create the home, and set the environment so that child processes use the same one."""
    found = settings()
    dagster_home = found.dagster_home
    found.home.mkdir(parents=True, exist_ok=True)
    if not found.dagster_home_given:
        (dagster_home / ".nux").mkdir(parents=True, exist_ok=True)
        _write(dagster_home / "dagster.yaml", _dagster_yaml(found))
        # Otherwise Dagster's web UI opens with a dialog that asks for an e-mail address.
        _write(dagster_home / ".nux" / "nux.yaml", "seen: 1\n")
    os.environ["DAGSTER_HOME"] = str(dagster_home)
    os.environ["PIPEWEAVE_HOME"] = str(found.home)
    if not found.storage_is_s3:
        os.environ["PIPEWEAVE_STORAGE"] = str(found.storage_folder)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "1"
    return found


def instance() -> "dg.DagsterInstance":
    """Return the Dagster instance of this home, for runs in a command's own process.

    Their output goes to the terminal: capturing it would start four helper processes per step,
    which Ctrl-C kills with a traceback.
    """
    found = prepare()
    import dagster as dg
    from dagster._core.instance.ref import InstanceRef
    from filelock import FileLock

    # In a new home, processes that create the same tables at once would all fail.
    with FileLock(found.home / "creation.lock"):
        reference = InstanceRef.from_dir(str(found.dagster_home), overrides=_NO_LOG_CAPTURE)
        instance = dg.DagsterInstance.from_ref(reference)
        instance.get_runs_count()
        instance.all_instigator_state()
        instance.get_dynamic_partitions("datasets")
    return instance


def workbench(*, for_run: bool = False, for_scoring: bool = False) -> "Workbench":
    """Return storage and workers of this home, as a context manager (see `Workbench`)."""
    from pipeweave_dagster.services.workbench import Workbench

    return Workbench(settings(), for_run=for_run, for_scoring=for_scoring)


def _dagster_yaml(found: Settings) -> str:
    text = (resources.files("pipeweave_dagster.cli") / "dagster.yaml").read_text()
    trainings = max(1, (os.cpu_count() or 1) // _PROCESSORS_PER_TRAINING)
    text = text.replace("default_limit: 1", f"default_limit: {trainings}")
    return text + _POSTGRES if found.database_url else text


def _write(path: Path, text: str) -> None:
    """Write a file unless it exists; a user's changes are kept."""
    if not path.exists():
        path.write_text(text, encoding="utf-8")
