"""A child outlives the thread that asked for it, but not its process (see `test_parent`)."""

import time
from threading import Thread

import psutil

from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.core.naming import check_slug


def test_a_child_outlives_the_thread_that_started_it() -> None:
    with Worker() as worker:
        thread = Thread(target=worker.call, args=(30, check_slug), kwargs={"name": "titanic"})
        thread.start()
        thread.join()
        time.sleep(0.2)
        pid = worker.pid
        assert pid is not None
        assert psutil.Process(pid).is_running()
        assert worker.call(30, check_slug, name="wine") == "wine"
        assert worker.pid == pid
