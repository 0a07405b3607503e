"""Which part of a table that a column divides is the one to test on."""

_CALLED = ("test", "holdout", "hold-out", "hold_out")
_YES, _LEARNED = ("true", "yes"), "train"


def part_to_test(names: list[str], column: str) -> str:
    """The part called `test`; of yes and no, the one that is not to learn from; else the last one.

    Args:
        names: Names of the parts; empty if there is none.
        column: What the column is called (`is_train` says which part is learned from).
    """
    plain = {name.lower(): name for name in names}
    for called in _CALLED:
        if called in plain:
            return plain[called]
    yes = next((plain[word] for word in _YES if word in plain), None)
    ordered = sorted(names, key=lambda name: (name == yes, len(name), name))
    if len(names) == 2 and _LEARNED in column.lower() and (yes is not None or _counted(names)):
        return ordered[0]
    return ordered[-1] if ordered else ""


def _counted(names: list[str]) -> bool:
    """Whether the two names are 0 and 1."""
    return sorted(name.removesuffix(".0") for name in names) == ["0", "1"]
