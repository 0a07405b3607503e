"""Start child processes from one thread that lives as long as this process.

A child asks the kernel to be killed with its parent, which to the kernel is the thread that
started it. Threads of a web server end when they are idle, and would take the child with them.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

_threads: list[ThreadPoolExecutor] = []


def start_child(arguments: Sequence[str], env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, with pipes to its input and from its output."""
    if not _threads:
        _threads.append(ThreadPoolExecutor(1, thread_name_prefix="starter"))
    return _threads[0].submit(_start, list(arguments), dict(env)).result()


def _start(arguments: list[str], env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - constant arguments of the caller
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
        start_new_session=True,
    )


# A fork has no threads but the one that forked.
os.register_at_fork(after_in_child=_threads.clear)
