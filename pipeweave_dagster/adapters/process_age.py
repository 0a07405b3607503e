"""How long this process has been running, for whoever waits for it."""

import time

import psutil


def seconds_since_start() -> float:
    """Return the seconds since this process started; its imports are a part of every command.

    Wrong if the clock was set meanwhile.
    """
    return max(0.0, time.time() - psutil.Process().create_time())
