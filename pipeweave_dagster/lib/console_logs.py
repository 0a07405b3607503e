"""What runs print: Dagster's console logger, in the form of the profile."""

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.execution import context_creation_job

from pipeweave_dagster.adapters.logs import formatter
from pipeweave_dagster.settings import Settings

# For projects of others, where `print_all_runs` is not theirs to call: without this in a run's
# configuration Dagster prints through a logger of its own.
PRINTED: dict[str, Any] = {"loggers": {"console": {"config": {}}}}


@dg.logger(
    config_schema={"log_level": dg.Field(str, is_required=False)},
    description="JSON lines in the production profile, colours in development.",
)
def console(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger for one run; LOG_LEVEL decides what it prints, unless its own level is given."""
    settings = Settings()
    level = context.logger_config.get("log_level") or settings.log_level
    logger = logging.getLoggerClass()("dagster", level=level.upper())  # one of its own a run
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings.profile))
    logger.addHandler(handler)
    return logger


def print_all_runs() -> None:
    """Let the runs of this process print so whose configuration names no logger.

    "Materialize" in the web UI starts such runs, and Dagster has no setting for what they print:
    it asks this function of its own for the loggers, so it is replaced. A test notices if a
    release of Dagster no longer asks it.
    """
    dagster_module: Any = context_creation_job
    dagster_module.default_system_loggers = _own_loggers


def _own_loggers(
    _instance: dg.DagsterInstance | None,
) -> Sequence[tuple[dg.LoggerDefinition, Mapping[str, object]]]:
    return [(console, {})]
