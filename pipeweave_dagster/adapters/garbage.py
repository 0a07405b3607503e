"""Python's search for garbage, put off while many objects are made that all stay."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collection_paused() -> Iterator[None]:
    """Pause the garbage collector of this process for the block.

    Making 100,000 objects has it look through everything that lives, again and again, for cycles
    that are not there: half of the time of a listing. Two threads may pause it at once; the first
    that is done switches it on again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
