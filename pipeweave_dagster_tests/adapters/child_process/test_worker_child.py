"""The child that a command starts before its own imports."""

import os
import subprocess
import sys
import time
from typing import Any

import psutil
import pytest

from pipeweave_dagster.adapters.child_process import (
    end_child,
    end_unused,
    environment_for,
    start_ahead,
    start_worker,
    waiting_pid,
)
from pipeweave_dagster.adapters.worker import Worker


def newest_child() -> psutil.Process:
    """The child that was started last; servers of other tests may be children, too."""
    return max(psutil.Process().children(), key=lambda child: (child.create_time(), child.pid))


def test_the_first_worker_takes_the_child_that_was_started_ahead() -> None:
    start_ahead(["numpy"])
    ahead = newest_child()

    with Worker() as worker, Worker() as second:
        worker.start()
        second.start()
        assert worker.pid == ahead.pid
        assert second.pid != ahead.pid


def test_the_child_works_in_the_environment_of_its_first_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIPEWEAVE_HOME", "/before")
    start_ahead([])
    monkeypatch.setenv("PIPEWEAVE_HOME", "/after")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "a secret")

    with Worker() as worker:
        seen = worker.call(30, environment_for, access="mlflow")
    assert seen["PIPEWEAVE_HOME"] == "/after"
    assert "MLFLOW_TRACKING_PASSWORD" not in seen


def test_a_child_that_does_not_fit_is_ended() -> None:
    start_ahead([])
    ahead = newest_child()

    process = start_worker([], threads=1)
    try:
        assert process.pid != ahead.pid
        assert not ahead.is_running()
    finally:
        end_child(process)


def test_a_child_without_access_is_not_taken_for_mlflow() -> None:
    start_ahead([])
    ahead = newest_child()

    with Worker(access="mlflow") as worker, Worker() as plain:
        worker.start()
        plain.start()
        assert plain.pid == ahead.pid
        assert worker.pid != ahead.pid


def test_a_child_that_died_is_not_taken() -> None:
    start_ahead([])
    ahead = newest_child()
    ahead.kill()
    ahead.wait()

    with Worker() as worker:
        assert worker.call(30, environment_for, access="none")
        assert worker.pid != ahead.pid


def test_a_child_that_nobody_took_ends_with_the_command() -> None:
    code = (
        "from pipeweave_dagster.adapters.child_process import start_ahead; import psutil\n"
        "start_ahead([]); print(psutil.Process().children()[0].pid)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    until = time.monotonic() + 10
    while psutil.pid_exists(int(done.stdout)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not psutil.pid_exists(int(done.stdout))
    assert done.stderr == ""
    assert os.getpid() != int(done.stdout)


def test_starting_ahead_imports_only_the_standard_library() -> None:
    code = (
        "import sys; import pipeweave_dagster.adapters.child_process\n"
        "print([m for m in ('pydantic', 'typer', 'numpy', 'dagster') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_child_is_handed_on_with_the_environment_of_its_next_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = Worker()
    assert first.call(30, environment_for, access="none")
    pid = first.pid
    first.hand_on()
    assert first.pid is None
    assert waiting_pid("none") == pid
    monkeypatch.setenv("PIPEWEAVE_HOME", "/after")

    with Worker(access="mlflow") as other, Worker() as worker:
        other.start()
        assert other.pid != pid
        seen = worker.call(30, environment_for, access="none")
        assert worker.pid == pid
    assert seen["PIPEWEAVE_HOME"] == "/after"


@pytest.mark.parametrize("options", [{"threads": 1}, {"plug_ins": {"small_model": "/none"}}])
def test_a_child_of_special_options_is_ended_instead_of_handed_on(
    options: dict[str, Any],
) -> None:
    worker = Worker(**options)
    worker.start()
    child = newest_child()
    worker.hand_on()
    assert waiting_pid("none") is None
    assert not child.is_running()


def test_one_child_waits_for_each_access_and_can_be_ended() -> None:
    with Worker() as first, Worker() as second:
        first.start()
        second.start()
        kept = first.pid
        second_child = newest_child()
        first.hand_on()
        second.hand_on()
        assert waiting_pid("none") == kept
        assert not second_child.is_running()
    end_unused("mlflow")
    assert waiting_pid("none") == kept
    end_unused()
    assert waiting_pid("none") is None
