"""A process with all that it started, also in other process groups."""

import contextlib

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, also in other process groups."""
    try:
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(members: list[psutil.Process]) -> None:
    """End them at once."""
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
