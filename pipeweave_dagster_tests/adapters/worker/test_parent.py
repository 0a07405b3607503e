"""The child process: killed on time, dead with its parent, clear about its end."""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeweave_dagster.adapters.worker import KILLED, Worker
from pipeweave_dagster.adapters.worker.call_limits import CallLimits
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest_settings
from pipeweave_dagster.core.naming import check_slug

pytestmark = pytest.mark.slow


def gone(pid: int, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_a_call_gives_the_result_and_keeps_the_child() -> None:
    with Worker() as worker:
        assert worker.call(30, check_slug, name="titanic") == "titanic"
        pid = worker.pid
        assert worker.call(30, check_slug, name="wine") == "wine"
        assert worker.pid == pid
    assert pid is not None
    assert gone(pid)


def test_errors_come_back_as_they_were_raised() -> None:
    with Worker() as worker:
        with pytest.raises(PipeWeaveError) as caught:
            worker.call(30, check_slug, name="../../x")
        assert caught.value.code == "VALIDATION_ERROR"
        assert "for example" in caught.value.text
        assert worker.call(30, check_slug, name="wine") == "wine"


def test_only_functions_of_pipeweave_can_be_named() -> None:
    with Worker() as worker, pytest.raises(PipeWeaveError, match="not a function of PipeWeave"):
        worker.call(30, os.path.basename, "x")


def test_warnings_of_libraries_reach_no_log_even_where_filters_are_lost(tmp_path: Path) -> None:
    loud = "import warnings\nwarnings.resetwarnings()\nwarnings.warn('very loud')\n"
    (tmp_path / "loud.py").write_text(loud)
    options = json.dumps({"parent": os.getpid(), "preload": ["loud"]})
    child = [sys.executable, "-m", "pipeweave_dagster.adapters.worker.child", options]
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    ended = subprocess.run(
        child, input="", text=True, capture_output=True, env=os.environ | {"PYTHONPATH": paths},
        check=True, timeout=60,
    )  # fmt: skip
    assert "loud" not in ended.stderr + ended.stdout


def test_wrong_arguments_fail_before_anything_is_started() -> None:
    with Worker() as worker:
        with pytest.raises(TypeError, match="wrong"):
            worker.call(30, check_slug, "x", wrong=1)  # type: ignore[call-arg]
        assert worker.pid is None


def test_arguments_of_a_wrong_type_are_an_internal_error() -> None:
    with Worker() as worker, pytest.raises(PipeWeaveError, match="check_slug") as caught:
        worker.call(30, check_slug, name=[])  # type: ignore[arg-type]
    assert caught.value.code == "INTERNAL_ERROR"


def test_documents_arrive_as_documents() -> None:
    settings = DatasetSettings(mode="append", target="price")
    with Worker() as worker:
        assert worker.call(30, ingest_settings, settings) == DatasetSettings(mode="append")


def test_past_its_time_the_whole_group_is_killed() -> None:
    worker = Worker()
    worker.start()
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # as deaf as native code that never looks up
    began = time.monotonic()
    with pytest.raises(PipeWeaveError) as caught:
        worker.call(1, check_slug, name="x")
    assert caught.value.code == "VALIDATION_ERROR"
    assert time.monotonic() - began < 5
    assert gone(pid)


@pytest.mark.parametrize(("number", "outside"), [("SIGKILL", True), ("SIGSEGV", False)])
def test_a_killed_child_is_told_and_replaced(number: str, outside: bool) -> None:
    """A stage is repeated where a child was killed from outside, not where its data crashed it."""
    with Worker() as worker:
        worker.call(30, check_slug, name="x")
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)

        def end() -> None:
            os.kill(pid, signal.Signals[number])
            os.kill(pid, signal.SIGCONT)

        threading.Timer(0.5, end).start()
        with pytest.raises(PipeWeaveError, match=number) as caught:
            worker.call(30, check_slug, name="x")
        assert (KILLED in caught.value.details) == outside
        assert caught.value.code == "INTERNAL_ERROR"
        assert worker.call(30, check_slug, name="again") == "again"


@pytest.mark.parametrize("program", ["/bin/false", "/no/such/program"])
def test_a_worker_that_cannot_start_blames_no_file(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pipeweave_dagster.adapters.child_process.worker_child.sys.executable", program
    )
    limits = CallLimits(30, memory_mb=100)  # as for a call that reads a file
    with Worker() as worker, pytest.raises(PipeWeaveError, match="could not start") as caught:
        worker.call_within(limits, check_slug, name="x")
    assert caught.value.code == "SERVICE_UNAVAILABLE"
    assert "Export the table" not in caught.value.text


def test_an_interrupt_while_waiting_kills_the_child() -> None:
    worker = Worker()
    worker.start()
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    # A shell's background jobs are started with the signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        worker.call(30, check_slug, name="x")
    assert gone(pid)


def test_the_child_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "from pipeweave_dagster.adapters.worker import KILLED, Worker; import time\n"
        "from pipeweave_dagster.core.naming import check_slug\n"
        "w = Worker(); w.call(30, check_slug, name='x')\n"
        "print(w.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=tmp_path)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert psutil.pid_exists(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(child)


def test_what_libraries_print_does_not_disturb_the_answers() -> None:
    with Worker(preload=["this"]) as worker:  # the Zen of Python prints itself when imported
        assert worker.call(30, check_slug, name="x") == "x"


SECRETS = {
    "DATABASE_URL": "postgresql://a:database-secret@b/c",
    "GOOGLE_API_KEY": "google-secret",
    "AWS_SECRET_ACCESS_KEY": "store-secret",
    "MLFLOW_TRACKING_PASSWORD": "registry-secret",
    "MLFLOW_BACKEND_STORE_URI": "postgresql://a:backend-secret@b/c",
    "SLACK_WEBHOOK_URL": "https://hooks/slack-secret",
    "PIPEWEAVE_ADMIN_PASSWORD": "admin-secret",
    "JWT_SECRET_KEY": "login-secret",
    "PIPEWEAVE_SERVICES": '{"web": "http://u:services-secret@web"}',
    "PIPEWEAVE_ALERT_OPS": "mailto://u:alert-secret@example.org",
    "HTTPS_PROXY": "http://u:proxy-secret@proxy",
}


@pytest.mark.parametrize(
    ("access", "seen"),
    [("none", set()), ("network", {"proxy"}), ("mlflow", {"proxy", "store", "registry"})],
)
def test_a_worker_gets_only_the_secrets_that_it_needs(
    access: Any, seen: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that parses files of strangers had all of them in its environment."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIPEWEAVE_MY_STEP", "mine")
    environment = seen_by_child(Worker(preload=["peek"], access=access), tmp_path, monkeypatch)
    assert set(re.findall(r"(\w+)-secret", str(environment))) == seen
    assert environment["PIPEWEAVE_MY_STEP"] == "mine"


def seen_by_child(worker: Worker, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a worker, and as `dumpable` whether other processes may look at it."""
    (folder / "peek.py").write_text(PEEK.format(file=str(folder / "seen.json")))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    with worker:
        assert worker.call(30, check_slug, name="x") == "x"
    found: dict[str, str] = json.loads((folder / "seen.json").read_text())
    return found


PEEK = """
import ctypes, json, os
facts = dict(os.environ, dumpable=str(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)))
open({file!r}, "w").write(json.dumps(facts))
"""
LOOK = """
import ctypes, os
from pipeweave_dagster.adapters.child_process import hide_process

def is_readable():
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(b"=" in open(f"/proc/{os.getppid()}/environ", "rb").read())
        except PermissionError:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1

if os.geteuid() == 0:  # whom the kernel hides nothing from
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as one that this user has started
print(is_readable())
hide_process()
print(is_readable())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no /proc")
def test_a_process_that_hides_cannot_be_read_by_others_of_its_user() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no /proc")
def test_a_worker_and_the_process_that_starts_it_hide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that reads strangers' files could read the secrets of its parent in /proc."""
    kernel = ctypes.CDLL(None)
    kernel.prctl(4, 1, 0, 0, 0)
    assert seen_by_child(Worker(preload=["peek"]), tmp_path, monkeypatch)["dumpable"] == "0"
    assert kernel.prctl(3, 0, 0, 0, 0) == 0


def test_the_worker_of_data_gets_none() -> None:
    from pipeweave_dagster.services.workbench import Workbench
    from pipeweave_dagster.settings import Settings

    with Workbench(Settings()) as bench:
        assert (bench._data.access, bench._model.access) == ("none", "mlflow")


def test_a_command_asks_mlflow_in_one_process() -> None:
    """A rollback imported MLflow twice, which took half of its time."""
    from pipeweave_dagster.services.workbench import Workbench
    from pipeweave_dagster.settings import Settings

    with Workbench(Settings()) as bench:
        assert bench.apart_within(30, check_slug, name="x") == "x"
        assert bench._model.pid is not None
