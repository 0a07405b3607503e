"""Start the processes that work apart: their environment, and what they may not see.

Only the standard library, so that a command can start its worker before it imports anything else.
"""

from pipeweave_dagster.adapters.child_process.environment import Access, environment_for
from pipeweave_dagster.adapters.child_process.secrecy import hide_process
from pipeweave_dagster.adapters.child_process.worker_child import (
    end_child,
    end_unused,
    hand_on,
    start_ahead,
    start_worker,
    waiting_pid,
)

__all__ = [
    "Access",
    "end_child",
    "end_unused",
    "environment_for",
    "hand_on",
    "hide_process",
    "start_ahead",
    "start_worker",
    "waiting_pid",
]
