"""Workers that outlive a command, for programs of the tests that run many of them.

Half of what a short command takes is what its workers import. That they end with it is seen where a
command has a process of its own.
"""

import atexit

from pipeweave_dagster.adapters.child_process import end_child, preloads, worker_child
from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.services.workbench import Workbench

_imported: dict[int | None, list[str]] = {}
"""What each worker imported in advance, by its process id."""


def keep_workers() -> None:
    """Have workers of this process go on with the child of an earlier one with the same access.

    It is handed over like one that a command started ahead: with the environment of now.
    """
    start = Worker.start

    def started(worker: Worker) -> None:
        if worker.pid is None:
            _end_if_unfit(worker)
        start(worker)
        _imported.setdefault(worker.pid, worker._preload)

    def closed(bench: Workbench) -> None:
        _keep(bench._data)
        _keep(bench._model)
        bench._gemini.close()

    Worker.start = started  # type: ignore[method-assign]
    Worker.__exit__ = lambda worker, *_: _keep(worker)  # type: ignore[method-assign]
    Workbench.close = closed  # type: ignore[method-assign]
    atexit.register(end_workers)


def end_workers() -> None:
    """End those that are kept: they stay in the folder in which they were started."""
    worker_child._end_unused()


def _end_if_unfit(worker: Worker) -> None:
    """End the one that is kept if it would import within the time of a training."""
    kept, _ = worker_child._ahead.get(worker._access, (None, None))
    training = [*preloads.TRAINING]
    if kept is not None and worker._preload == training != _imported.get(kept.pid):
        end_child(worker_child._ahead.pop(worker._access)[0])


def _keep(worker: Worker) -> None:
    process, access = worker._process, worker._access
    if process is None or worker._plug_ins or access in worker_child._ahead:
        worker.close()
        return
    worker._process = None
    worker_child._ahead[access] = (process, {})
