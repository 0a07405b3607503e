"""What runs print: Dagster's console logger, in the form of the profile."""

import logging
import sys

import dagster as dg

from pipeweave_dagster.adapters.logs import formatter
from pipeweave_dagster.settings import Settings

# Without this in a run's configuration Dagster prints through a logger of its own.
PRINTED = {"loggers": {"console": {"config": {}}}}


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
