"""Processes of runs: named so that a name never means another process later."""

import os

import psutil


def process_name() -> str:
    """Return the name of this process, `host:pid:start`."""
    me = psutil.Process()
    return f"{os.uname().nodename}:{me.pid}:{me.create_time():.2f}"


def pid_of(name: str) -> int:
    """Return the process id in a name."""
    return int(name.split(":")[-2])


def is_alive(name: str) -> bool | None:
    """Return whether the process still runs; None if it belongs to another machine."""
    host, _, started = name.rsplit(":", 2)
    if host != os.uname().nodename:
        return None
    try:
        process = psutil.Process(pid_of(name))
        same = abs(process.create_time() - float(started)) < 1
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
