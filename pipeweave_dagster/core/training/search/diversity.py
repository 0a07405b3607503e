"""Keep several families in the running: an ensemble gains from members that err differently.

A long search finds dozens of variations of the best candidate, whose scores are all a little better
than those of other families. Chosen by rank alone they would fill every place.
"""

from collections import Counter
from collections.abc import Sequence

from pipeweave_dagster.core.training.search.cv_result import CvResult


def of_each_family(ranked: Sequence[CvResult], per_family: int) -> list[CvResult]:
    """Return the first candidates of each family, in the order given."""
    counts: Counter[str] = Counter()
    kept = []
    for result in ranked:
        family = result.candidate.family
        counts[family] += 1
        if counts[family] <= per_family:
            kept.append(result)
    return kept


def diverse(ranked: Sequence[CvResult], most: int, per_family: int) -> list[CvResult]:
    """Return at most `most` candidates in the order given, not too many of one family.

    Where the families have too few for `most`, further ones are taken in the order given.
    """
    first = of_each_family(ranked, per_family)[:most]
    taken = {id(result) for result in first}
    others = [result for result in ranked if id(result) not in taken]
    taken |= {id(result) for result in others[: most - len(first)]}
    return [result for result in ranked if id(result) in taken]
