"""Processes of runs: named so that a name never means another process later."""

import os
from functools import cache
from pathlib import Path

import psutil


def process_name() -> str:
    """Return the name of this process, `system:pid:start`."""
    pid = os.getpid()
    return f"{_system()}:{pid}:{_started(pid)}"


def pid_of(name: str) -> int:
    """Return the process id in a name."""
    return int(name.split(":")[-2])


def is_alive(name: str) -> bool | None:
    """Return whether the process still runs; None if it belongs to another machine or container.

    Names of earlier releases have the host alone and seconds since 1970.
    """
    system, _, started = name.rsplit(":", 2)
    if system not in (_system(), os.uname().nodename):
        return None
    try:
        pid = pid_of(name)
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return False
        if started.startswith("t"):
            return _started(pid) == started
        return abs(psutil.Process(pid).create_time() - float(started)) < 1
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return False


@cache
def _system() -> str:
    """Return a name of what process ids are unique in: a boot of a machine, or a container.

    The host name alone is not enough: containers may share one, and then each of them would take
    the processes of the others for dead.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:13]
        space = Path("/proc/self/ns/pid").readlink().name
    except OSError:  # not Linux
        return os.uname().nodename
    return f"{os.uname().nodename}/{boot}/{''.join(filter(str.isdigit, space))}"


def _started(pid: int) -> str:
    """Return when a process was started, in ticks since the boot where the kernel gives them.

    Unlike seconds since 1970 they do not change when the clock is set.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            raise
        return f"{psutil.Process(pid).create_time():.2f}"
    # The second field, the program's name, may contain blanks and parentheses.
    return f"t{stat.rpartition(')')[2].split()[19]}"
