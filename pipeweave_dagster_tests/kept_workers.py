"""Workers that outlive a command, for programs of the tests that run many of them.

Half of what a short command takes is what its workers import. That they end with it is seen where a
command has a process of its own.
"""

from collections.abc import Sequence

from pipeweave_dagster.adapters.child_process import end_unused, preloads, waiting_pid
from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.services.workbench import Workbench

_imported: dict[int | None, Sequence[str]] = {}
"""What each worker imported in advance, by its process id."""


def keep_workers() -> None:
    """Have workers of this process go on with the child of an earlier one with the same access."""
    start = Worker.start

    def started(worker: Worker) -> None:
        if worker.pid is None:
            _end_if_unfit(worker)
        start(worker)
        _imported.setdefault(worker.pid, worker.preload)

    Worker.start = started  # type: ignore[method-assign]
    Worker.__exit__ = lambda worker, *_: worker.hand_on()  # type: ignore[method-assign]
    Workbench.close = Workbench.hand_on  # type: ignore[method-assign]


def end_workers() -> None:
    """End those that are kept: they stay in the folder in which they were started."""
    end_unused()


def _end_if_unfit(worker: Worker) -> None:
    """End the one that is kept if it would import within the time of a training."""
    kept = waiting_pid(worker.access)
    training = tuple(preloads.TRAINING)
    if kept is not None and worker.preload == training != _imported.get(kept):
        end_unused(worker.access)
