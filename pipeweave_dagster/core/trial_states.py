"""What the states of a leaderboard and the verdict on its winner mean, where they are printed."""

from collections.abc import Iterable

_MEANINGS = {
    "done": "scored on all folds",
    "cut": "time for some of the folds only, so the score is not comparable with the others",
    "out of time": "no fit ended in time",
    "failed": "its fit ended with an error",
    "skipped": "the table is larger than what its package states",
}


def winner_text(winner: str, verdict: str) -> str:
    """Return the winner of a search, and what is to be known of it where it predicts nothing.

    Example:
        >>> winner_text("ensemble", "model"), winner_text("dummy", "no signal")
        ('ensemble', 'dummy, no better than the baseline')
    """
    return winner if verdict == "model" else f"{winner}, no better than the baseline"


def explained(states: Iterable[str]) -> str:
    """Return what those states mean that occur.

    Example:
        >>> explained(["done", "out of time", "done"])
        'States: done = scored on all folds; out of time = no fit ended in time.'
    """
    found = set(states)
    meanings = [f"{state} = {text}" for state, text in _MEANINGS.items() if state in found]
    return f"States: {'; '.join(meanings)}." if meanings else ""
