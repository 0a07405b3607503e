"""What runs print: Dagster's console logger with PipeWeave's formatter."""

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.execution import context_creation_job

from pipeweave_dagster.adapters.logs import formatter
from pipeweave_dagster.settings import Settings

# For projects that include PipeWeave and do not call `print_all_runs`: without this in a run's
# configuration Dagster prints through a logger of its own.
CONSOLE_CONFIG: dict[str, Any] = {"loggers": {"console": {"config": {}}}}


@dg.logger(
    config_schema={"log_level": dg.Field(str, is_required=False)},
    description="JSON lines in the production profile, colours in development.",
)
def console(context: dg.InitLoggerContext) -> logging.Logger:
    """Return a logger for one run, at LOG_LEVEL unless the run's configuration sets a level."""
    settings = Settings()
    level = context.logger_config.get("log_level") or settings.log_level
    logger = logging.getLoggerClass()("dagster", level=level.upper())  # one per run
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings.profile))
    logger.addHandler(handler)
    return logger


def print_all_runs() -> None:
    """Use this logger for all runs of this process whose configuration names none.

    "Materialize" in the web UI starts such runs, and Dagster has no setting for what they print:
    it calls a function of its own for the loggers, which is replaced here. A test fails if a
    release of Dagster no longer calls it.
    """
    dagster_module: Any = context_creation_job
    dagster_module.default_system_loggers = _console_logger


def _console_logger(
    _instance: dg.DagsterInstance | None,
) -> Sequence[tuple[dg.LoggerDefinition, Mapping[str, object]]]:
    return [(console, {})]
