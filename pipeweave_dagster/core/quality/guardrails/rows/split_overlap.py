"""PW605: test rows that also occur in the training part."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.row_keys import row_keys
from pipeweave_dagster.core.columns.split_parts import name_of_test_part
from pipeweave_dagster.core.columns.value_corrections import merge_spellings
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_SHARE = 0.001
"""A smaller share of the test rows does not make the score optimistic."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on rows shared by the parts of a given split, and on inconsistent label spellings.

    Rows are compared with normalised labels, since a test file often spells them differently.
    """
    name = case.settings.split.fold
    if name is None or name not in case.table.names:
        raise NotApplicableError("the split is not defined by a column")
    fold, target = case.table[name], case.target.column
    test = fold.codes == _test_part(fold)
    normalised = merge_spellings(target) if target.numbers is None else target
    features = [c for c in case.table.features if c.name not in {name, target.name}]
    if not features or test.all() or not test.any():
        return
    rows = _shared(row_keys([*features, normalised]), test)
    by_features = _shared(row_keys(features), test)
    respelled = _respelled_labels(target, test)
    if respelled:
        yield Hit(
            "alerted",
            f"{respelled} labels of the test part occur in the training part only in another "
            "spelling (case, whitespace, trailing dot).",
            [target.name],
            {"labels": respelled},
            "Use one spelling of the labels in the source.",
        )
    if by_features:
        yield Hit(
            "alerted" if by_features > MAX_SHARE * int(test.sum()) else "passed",
            f"{rows:,} of {int(test.sum()):,} test rows also occur in the training part "
            f"({by_features:,} when compared by features alone).",
            [],
            {"rows": rows, "rows_by_features": by_features, "test_rows": int(test.sum())},
            "Remove them from one part, or remove split: from pipeweave.yaml to let PipeWeave "
            "split the rows.",
        )


def _test_part(fold: Column) -> int:
    """Return the code of the part called `test`, else of the last one."""
    return fold.labels.index(name_of_test_part(list(fold.labels), fold.name))


def _shared(keys: NDArray[np.uint64], test: NDArray[np.bool_]) -> int:
    return int(np.isin(keys[test], keys[~test]).sum())


def _respelled_labels(target: Column, test: NDArray[np.bool_]) -> int:
    """Count labels of the test part that the training part spells differently."""
    if target.numbers is not None:
        return 0
    normalised = merge_spellings(target)
    known = target.codes >= 0
    in_training = np.unique(target.codes[~test & known])
    normalised_in_training = np.unique(normalised.codes[~test & known])
    new = np.setdiff1d(np.unique(target.codes[test & known]), in_training)
    pairs = zip(target.codes, normalised.codes, strict=True)
    normalised_of_new = {int(code): int(plain) for code, plain in pairs if code in new}
    return sum(plain in normalised_in_training for plain in normalised_of_new.values())


GUARDRAIL = Guardrail("PW605", "Training and test rows do not overlap", "rows", check)
