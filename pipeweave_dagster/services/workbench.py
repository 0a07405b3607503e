"""Everything a stage needs from the outside world, in one plain object."""

import copy
import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from pipeweave_dagster.adapters.child_process import hide_process, preloads
from pipeweave_dagster.adapters.machine_memory import free_mb
from pipeweave_dagster.adapters.process_age import seconds_since_start
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.adapters.worker import CallLimits, Worker
from pipeweave_dagster.core.advice.advisor import Advisor
from pipeweave_dagster.core.ingest import reading_memory_mb
from pipeweave_dagster.core.model.plug_ins import plug_ins
from pipeweave_dagster.services.advice_calls import AdvisorSession, GeminiAdvisor, advice_enabled
from pipeweave_dagster.settings import Settings

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

# With less, even the libraries that read could not start.
_LEAST_MEMORY_MB = 256


# An older process was not started for this run.
_OLDEST_START_S = 10.0


def _process_age_s() -> float:
    """Return the seconds since this process started, if it was started for a run; else 0.

    Its imports are seconds that whoever started it waits for.
    """
    age_s = seconds_since_start()
    return age_s if age_s < _OLDEST_START_S else 0.0


class Workbench:
    """Settings, storage, and the worker processes of one run.

    There are two workers, so that the libraries of training are imported while the data is still
    being read. Both end with this object and with this process.

    Args:
        settings: Locations and limits.
        for_run: Whether both workers will be needed, as in a run. Otherwise each starts with its
            first call and imports what that call needs: many commands only query MLflow.
        for_scoring: Whether both workers will be needed to score a batch: like a run, without
            what only training imports.
    """

    def __init__(
        self, settings: Settings, *, for_run: bool = False, for_scoring: bool = False
    ) -> None:
        hide_process()  # also that of a sensor, which starts no worker: runs are its children
        self.settings = settings
        self.store = DocumentStore(open_storage(settings), settings.cache_folder)
        self.began = time.monotonic() - (_process_age_s() if for_run else 0.0)
        self._for_run = for_run or for_scoring
        modules = preloads.TRAINING if for_run else preloads.SCORING if for_scoring else ()
        if settings.model_plug_ins or plug_ins():
            from pipeweave_dagster.core.families import use_plug_ins

            use_plug_ins(settings.model_plug_ins)
        self._data = Worker(preload=preloads.READING if self._for_run else ())
        self._model = Worker(preload=modules, access="mlflow", plug_ins=settings.model_plug_ins)
        self._trains = True
        self._gemini = GeminiAdvisor(settings)
        self.advisor = AdvisorSession(self.store, settings, self._gemini)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def advised_by(self, settings: Settings, advisor: Advisor) -> Self:
        """Return this workbench, on the same workers, with other settings and another advisor."""
        other = copy.copy(self)
        other.settings = settings
        other.advisor = AdvisorSession(self.store, settings, advisor)
        return other

    def expect_no_model(self) -> None:
        """Start the model worker only if it is called: nothing will be trained."""
        self._trains = False

    def warm_up(self) -> None:
        """Start both workers, so that their imports overlap with the copying of the upload."""
        self._data.start()
        if self._trains:
            self._model.start()
        if advice_enabled(self.settings):
            self._gemini.start()

    def on_data(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function that reads, profiles or draws, in the data worker.

        Example:
            `workbench.on_data(deduce, snapshot=snapshot, data=path, settings=settings)`
        """
        limit = self.settings.task_time_limit_s
        return self._call(self._data, limit, function, *args, **kwargs)

    def on_files(
        self, files: Sequence[Path], function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call a function that reads files of strangers, in the data worker under a memory limit.

        The limit grows with the size of the files, up to the memory that a run may still use.
        """
        free, needed = self.free_mb(), reading_memory_mb(files)
        memory_mb = needed if free is None else max(_LEAST_MEMORY_MB, min(needed, int(free)))
        if self._for_run:
            self.warm_up()
        limits = CallLimits(self.settings.task_time_limit_s, memory_mb=memory_mb)
        return self._data.call_within(limits, function, *args, **kwargs)

    @property
    def data_pid(self) -> int | None:
        """Process id of the data worker, None if it is not running."""
        return self._data.pid

    def on_model(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function that fits, scores or logs models, in the model worker."""
        limit = self.settings.task_time_limit_s
        return self._call(self._model, limit, function, *args, **kwargs)

    def on_model_within(
        self, limit_s: float, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call in the model worker under a time limit other than that of the settings."""
        return self._call(self._model, limit_s, function, *args, **kwargs)

    def apart_within(
        self, limit_s: float, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call in the model worker if it runs, else in a process that imports only what is needed.

        For a short question of a run that may turn out to need neither worker. The worker of a
        command imports nothing in advance, so it is used, and MLflow is imported once.
        """
        if self._model.pid is not None or not self._for_run:
            return self._model.call(limit_s, function, *args, **kwargs)
        with Worker(access="mlflow", plug_ins=self.settings.model_plug_ins) as worker:
            return worker.call(limit_s, function, *args, **kwargs)

    def _call(
        self,
        worker: Worker,
        limit_s: float,
        function: Callable[P, R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        # The first call of a run starts both workers; a run that reuses everything starts none.
        if self._for_run:
            self.warm_up()
        return worker.call(limit_s, function, *args, **kwargs)

    def free_mb(self) -> float | None:
        """Return the memory that a run may still use, in MB; None if it is unknown."""
        pids = [os.getpid(), self._data.pid, self._model.pid]
        return free_mb(self.settings.memory_limit_mb, [pid for pid in pids if pid is not None])

    def local(self, key: str) -> Path:
        """Return an immutable object of the storage as a local file."""
        return self.store.file(key)

    def close(self) -> None:
        """Kill the workers and everything they started."""
        self._data.close()
        self._model.close()
        self._gemini.close()

    def hand_on(self) -> None:
        """Close, but leave the children of the workers to the next workbench of this process."""
        self._data.hand_on()
        self._model.hand_on()
        self._gemini.close()
