"""The report and the findings of a run inspect the same table, one after the other."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

Measured = TypeVar("Measured")

_MOST = 8
_measured: OrderedDict[tuple[str, ...], object] = OrderedDict()


def measured_once(what: str, facts: tuple[str, ...], measure: Callable[[], Measured]) -> Measured:
    """Return what was measured before from the same facts in this process, else measure it.

    Args:
        what: What is measured.
        facts: All that decides the result; nothing is kept if there are none.
        measure: Called without arguments.
    """
    if not facts:
        return measure()
    key = (what, *facts)
    if key not in _measured:
        _measured[key] = measure()
        while len(_measured) > _MOST:
            _measured.popitem(last=False)
    return cast("Measured", _measured[key])
