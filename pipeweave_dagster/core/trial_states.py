"""What trial states, verdicts and a longer budget mean, where they are printed."""

from collections.abc import Iterable

_MEANINGS = {
    "done": "scored on all folds of the comparison",
    "cut": "there was time for only some of the folds; compare it with scores on as many",
    "out of time": "no fit ended in time",
    "failed": "its fit ended with an error",
    "skipped": "the table is larger than the limit of its package",
}


def winner_text(winner: str, verdict: str) -> str:
    """Return the winner of a search, and what is to be known of it where it predicts nothing.

    Example:
        >>> winner_text("ensemble", "model"), winner_text("dummy", "no signal")
        ('ensemble', 'dummy, no better than the baseline')
    """
    return winner if verdict == "model" else f"{winner}, no better than the baseline"


def extension_text(budget_s: float, extended_s: float, share: float | None) -> str:
    """Return how far a time budget was extended, and why.

    Args:
        budget_s: Seconds that were set.
        extended_s: Seconds that it was extended to.
        share: The share that the search got of the processor time it asked for; None where it was
            not recorded.

    Example:
        >>> extension_text(20, 40, None)
        'The budget was extended from 20 s to 40 s, because other programs kept the processor busy.'
    """
    why = "other programs kept the processor busy"
    if share is not None:
        why += f": this run got {share:.0%} of the processor time that it asked for"
    return f"The budget was extended from {budget_s:g} s to {extended_s:.0f} s, because {why}."


def verdict_text(verdict: str) -> str:
    """Return how one model compares with another, whose name is to follow.

    Example:
        >>> verdict_text("better"), verdict_text("not distinguishable")
        ('significantly better than', 'not significantly different from')
    """
    return {
        "better": "significantly better than",
        "worse": "significantly worse than",
        "not compared": "not compared with",
    }.get(verdict, "not significantly different from")


def explained(states: Iterable[str]) -> str:
    """Return what those states mean that occur.

    Example:
        >>> explained(["done", "out of time", "done"])
        'States: done = scored on all folds of the comparison; out of time = no fit ended in time.'
    """
    found = set(states)
    meanings = [f"{state} = {text}" for state, text in _MEANINGS.items() if state in found]
    return f"States: {'; '.join(meanings)}." if meanings else ""
