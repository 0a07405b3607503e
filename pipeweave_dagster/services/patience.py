"""Wait for a service that is away for a moment, where giving up would throw work away."""

import logging
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

DELAYS_S = (2.0, 4.0, 8.0)
"""Seconds before the second, third and fourth attempt."""


def patiently(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that can be repeated, again after each SERVICE_UNAVAILABLE.

    Raises:
        PipeWeaveError: The error of the last attempt, and every error of another kind at once.
    """
    for delay in DELAYS_S:
        try:
            return function(*args, **kwargs)
        except PipeWeaveError as error:
            if error.code is not ErrorCode.SERVICE_UNAVAILABLE:
                raise
            logger.warning("Tried again in %.0f s: %s", delay, error)
            time.sleep(delay)
    return function(*args, **kwargs)
