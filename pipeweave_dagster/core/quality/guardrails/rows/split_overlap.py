"""PW605: rows of the test part are in the training part too."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.row_keys import row_keys
from pipeweave_dagster.core.columns.split_parts import part_to_test
from pipeweave_dagster.core.columns.value_corrections import merged
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

RARELY = 0.001
"""A smaller share of the test rows flatters no score."""


def check(case: Case) -> Iterator[Hit]:
    """Compare the parts of a given split: shared rows, and labels spelled in two ways.

    Rows are compared with the labels in one spelling, for a test file often writes them otherwise.
    """
    name = case.settings.split.fold
    if name is None or name not in case.table.names:
        raise NotApplicableError("the split is not given by a column")
    fold, target = case.table[name], case.target.column
    test = fold.codes == _test_part(fold)
    plain = merged(target) if target.numbers is None else target
    features = [c for c in case.table.features if c.name not in {name, target.name}]
    if not features or test.all() or not test.any():
        return
    rows = _shared(row_keys([*features, plain]), test)
    by_features = _shared(row_keys(features), test)
    clash = _clash(target, test)
    if clash:
        yield Hit(
            "alerted",
            f"{clash} labels of the test part are not in the training part, but are with another "
            "spelling (case, blanks, a final dot).",
            [target.name],
            {"labels": clash},
            "Write the labels in one way in the source.",
        )
    if by_features:
        yield Hit(
            "alerted" if by_features > RARELY * int(test.sum()) else "passed",
            f"{rows:,} of {int(test.sum()):,} test rows are in the training part too "
            f"({by_features:,} by their features alone).",
            [],
            {"rows": rows, "rows_by_features": by_features, "test_rows": int(test.sum())},
            "Remove them from one part, or let PipeWeave divide the rows: leave `split:` out.",
        )


def _test_part(fold: Column) -> int:
    """The part called `test`, else the last one."""
    return fold.labels.index(part_to_test(list(fold.labels), fold.name))


def _shared(keys: NDArray[np.uint64], test: NDArray[np.bool_]) -> int:
    return int(np.isin(keys[test], keys[~test]).sum())


def _clash(target: Column, test: NDArray[np.bool_]) -> int:
    """Labels of the test part that the training part spells otherwise."""
    if target.numbers is not None:
        return 0
    plain = merged(target)
    known = target.codes >= 0
    exact = np.unique(target.codes[~test & known])
    spelled = np.unique(plain.codes[~test & known])
    new = np.setdiff1d(np.unique(target.codes[test & known]), exact)
    place = {int(c): int(p) for c, p in zip(target.codes, plain.codes, strict=True) if c in new}
    return sum(p in spelled for p in place.values())


GUARDRAIL = Guardrail("PW605", "No row is on both sides of the split", "rows", check)
