"""The name of a process means the same process for ever, in one place only."""

import os
import subprocess
import sys

import psutil
import pytest

from pipeweave_dagster.lib import processes
from pipeweave_dagster.lib.processes import is_alive, process_name


def test_a_clock_that_is_set_does_not_end_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds since 1970 are computed from the boot time, which moves with the clock."""
    name = process_name()
    later = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: later(self) + 3600)
    assert is_alive(name)


def test_two_containers_of_one_host_name_do_not_see_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "_system", lambda: f"{os.uname().nodename}/boot/4026531836")
    name = process_name()
    assert is_alive(name)
    monkeypatch.setattr(processes, "_system", lambda: f"{os.uname().nodename}/boot/4026532999")
    assert is_alive(name) is None


def test_names_of_the_first_release_are_read() -> None:
    me = psutil.Process()
    assert is_alive(f"{os.uname().nodename}:{me.pid}:{me.create_time():.2f}")
    assert is_alive(f"{os.uname().nodename}:{me.pid}:12.00") is False


def test_a_zombie_is_dead() -> None:
    code = "import sys; from pipeweave_dagster.lib.processes import process_name as n; print(n())"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_alive(name) is False
