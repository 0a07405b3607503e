"""Interrupts that reach the run even where a library catches them on the way."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

import dagster as dg

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interrupts_kept() -> Iterator[None]:
    """End the block with the interrupt that came in it, whatever became of it.

    A signal handler raises wherever the main thread is just then. Compiled code that calls back
    into Python (pydantic's serializer, for one) reports that as an error of its own, and what is
    raised in a finalizer is only printed: a canceled run would fail with a strange error, or go on.

    Raises:
        dagster.DagsterExecutionInterruptedError: An interrupt came and did not end the block.
    """
    came: list[int] = []
    with _noting(came):
        try:
            yield
        except Exception as error:
            if came:
                raise dg.DagsterExecutionInterruptedError from error
            raise
    if came:
        raise dg.DagsterExecutionInterruptedError


@contextlib.contextmanager
def _noting(came: list[int]) -> Iterator[None]:
    """Note each interrupt before the handler that is set (Dagster's, in a run) deals with it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers, and only it is interrupted
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    handled = [number for number, handler in before.items() if callable(handler)]
    try:
        for number in handled:
            signal.signal(number, note)
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])


__all__ = ["interrupts_kept"]
