"""Report and findings of a run inspect the same table, one after the other in one process."""

from collections import OrderedDict
from collections.abc import Callable

from pipeweave_dagster.core.documents import SplitGap

_MOST = 4
_measured: OrderedDict[tuple[str, ...], list[SplitGap]] = OrderedDict()


def measured_once(facts: tuple[str, ...], measure: Callable[[], list[SplitGap]]) -> list[SplitGap]:
    """Return what was measured before from the same facts in this process, else measure it.

    Args:
        facts: All that decides the result; stored tables are named by their content.
        measure: Called without arguments.
    """
    if facts not in _measured:
        _measured[facts] = measure()
        while len(_measured) > _MOST:
            _measured.popitem(last=False)
    return _measured[facts]
