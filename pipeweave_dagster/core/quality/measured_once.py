"""The report and the findings of a run inspect the same table, one after the other."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

Measured = TypeVar("Measured")

_MOST = 8
_measured: OrderedDict[tuple[str, ...], object] = OrderedDict()


def measured_once(facts: tuple[str, ...], measure: Callable[[], Measured]) -> Measured:
    """Return what was measured before from the same facts in this process, else measure it.

    Args:
        facts: What is measured, and all that decides the result; nothing is kept if there are none.
        measure: Called without arguments.
    """
    if not facts:
        return measure()
    if facts not in _measured:
        _measured[facts] = measure()
        while len(_measured) > _MOST:
            _measured.popitem(last=False)
    return cast("Measured", _measured[facts])
