"""Choose the test part of a table that a column splits into parts."""

_TEST_NAMES = ("test", "holdout", "hold-out", "hold_out")
_YES, _TRAIN = ("true", "yes"), "train"


def name_of_test_part(names: list[str], column: str) -> str:
    """Return the part named `test`; of yes and no, the one not used for training; else the last.

    Args:
        names: Names of the parts; may be empty.
        column: Name of the column (`is_train` marks the training part).

    Example:
        >>> name_of_test_part(["train", "test", "valid"], "fold")
        'test'
    """
    plain = {name.lower(): name for name in names}
    for name in _TEST_NAMES:
        if name in plain:
            return plain[name]
    yes = next((plain[word] for word in _YES if word in plain), None)
    ordered = sorted(names, key=lambda name: (name == yes, len(name), name))
    if (
        len(names) == 2
        and _TRAIN in column.lower()
        and (yes is not None or _is_zero_and_one(names))
    ):
        return ordered[0]
    return ordered[-1] if ordered else ""


def _is_zero_and_one(names: list[str]) -> bool:
    """Return whether the names are 0 and 1."""
    return sorted(name.removesuffix(".0") for name in names) == ["0", "1"]
