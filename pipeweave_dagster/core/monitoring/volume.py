"""Whether a batch has an unusual number of rows."""

import math
from collections.abc import Sequence
from statistics import median

from pipeweave_dagster.core.counted import counted

LEAST_BATCHES = 5
_LEAST_RATIO = 2.0
_SPREADS = 5.0
_MAD_TO_SD = 1.4826


def unusual_volume(rows: int, earlier: Sequence[int]) -> str:
    """Return what is unusual about the number of rows of a batch; empty if nothing is.

    A batch is unusual if it has less than half or more than twice the median number of rows, and is
    also far outside the usual spread (five robust standard deviations of the logarithms).

    Args:
        rows: Rows of the batch.
        earlier: Rows of earlier batches; with fewer than five nothing is judged.

    Example:
        >>> unusual_volume(12, [1000, 990, 1010, 1005, 1000])
        'It has 12 rows; the median of the 5 batches before is 1,000.'
        >>> unusual_volume(700, [1000, 990, 1010, 1005, 1000])
        ''
    """
    if len(earlier) < LEAST_BATCHES:
        return ""
    logs = [math.log(n + 1) for n in earlier]
    middle = median(logs)
    spread = _MAD_TO_SD * median(abs(value - middle) for value in logs)
    if abs(math.log(rows + 1) - middle) <= max(math.log(_LEAST_RATIO), _SPREADS * spread):
        return ""
    return (
        f"It has {counted(rows, 'row')}; the median of the {len(earlier)} batches before is "
        f"{round(median(earlier)):,}."
    )
