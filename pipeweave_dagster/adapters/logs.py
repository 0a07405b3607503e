"""Log lines: JSON in production, colours in development; every line of a run has its id."""

import contextvars
import datetime as dt
import json
import logging
import sys
from typing import TextIO

_LEVEL_COLOURS = {"DEBUG": "2", "INFO": "36", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}


# Joins the lines of one request over all processes; within a run it is the run's id.
correlation: contextvars.ContextVar[str | None] = contextvars.ContextVar(
    "correlation", default=None
)


def run_id_of(record: logging.LogRecord) -> str | None:
    """Return the run that a record belongs to, as set by Dagster or by the worker."""
    meta = getattr(record, "dagster_meta", None)
    run_id = meta.get("run_id") if isinstance(meta, dict) else getattr(meta, "run_id", None)
    return run_id or getattr(record, "run_id", None)


def module_of(record: logging.LogRecord) -> str:
    """Return the logger's name; lines of a worker keep theirs in `origin`, see `worker.parent`."""
    return str(getattr(record, "origin", record.name))


class JsonFormatter(logging.Formatter):
    """One JSON object per line.

    Keys: `time` (ISO 8601, UTC), `level`, `module`, `message`, `run_id`, `correlation_id`, and
    `exception` where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of valid JSON, whatever the message contains."""
        facts = {
            "time": _iso(record),
            "level": record.levelname,
            "module": module_of(record),
            "message": record.getMessage(),
            "run_id": run_id_of(record),
            "correlation_id": run_id_of(record) or correlation.get(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False, default=str)


class ColourFormatter(logging.Formatter):
    """Time, coloured level, module, first characters of the run id, message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a terminal, without control characters from data."""
        colour = _LEVEL_COLOURS.get(record.levelname, "0")
        run = (run_id_of(record) or "")[:8]
        message = "".join(c if c.isprintable() or c in "\n\t" else " " for c in record.getMessage())
        level = f"\x1b[{colour}m{record.levelname:<7}\x1b[0m"
        line = f"{_iso(record)} {level} {module_of(record)} {run} {message}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _iso(record: logging.LogRecord) -> str:
    moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def formatter(profile: str) -> logging.Formatter:
    """Return the formatter of a profile."""
    return JsonFormatter() if profile == "production" else ColourFormatter()


def configure(profile: str, level: str, stream: TextIO | None = None) -> None:
    """Send PipeWeave's own log lines of this process to standard error, once."""
    logger = logging.getLogger("pipeweave_dagster")
    logger.setLevel(level.upper())
    if not any(isinstance(h.formatter, JsonFormatter | ColourFormatter) for h in logger.handlers):
        handler = logging.StreamHandler(stream or sys.stderr)
        handler.setFormatter(formatter(profile))
        logger.addHandler(handler)
