"""Hide the environment and the memory of this process from other processes of the same user.

A worker gets no secrets in its environment, but whoever takes it over could read those of the
process that started it, in `/proc/PID/environ`, or attach to it as a debugger does.
"""

import contextlib

_PR_SET_DUMPABLE = 4


def hide_process() -> None:
    """Have the kernel (Linux) show this process to root only; there are no core dumps of it then.

    It holds for this process, and until it executes another program: each hides itself.
    """
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
