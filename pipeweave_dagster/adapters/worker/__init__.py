"""Heavy work in a child process group that can be killed at any moment."""

from pipeweave_dagster.adapters.worker.call_limits import CallLimits
from pipeweave_dagster.adapters.worker.parent import KILLED, TIMED_OUT, Worker

__all__ = ["KILLED", "TIMED_OUT", "CallLimits", "Worker"]
