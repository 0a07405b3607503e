"""PW402: rows with identical features but different labels."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.row_keys import row_keys
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

ALERT_SHARE = 0.01


def check(case: Case) -> Iterator[Hit]:
    """Alert on rows that no model can predict together: they limit the best possible score."""
    target = case.target
    features = case.table.features
    if target.task == "regression" or not features:
        raise NotApplicableError("the target is numeric, or there are no features")
    known = target.known
    keys = row_keys(features)[known]
    _, group = np.unique(keys, return_inverse=True)
    pairs = np.unique(group.astype(np.int64) * target.classes + target.codes[known])
    labels = np.bincount(pairs // target.classes)
    contradictory = labels > 1
    rows = int(contradictory[group].sum())
    if rows:
        share = rows / int(known.sum())
        yield Hit(
            "alerted" if share >= ALERT_SHARE else "passed",
            f"{rows:,} rows ({share:.2%}; groups: {int(contradictory.sum()):,}) have identical "
            "features but different classes; no model can predict all of them correctly.",
            evidence={"rows": rows, "groups": int(contradictory.sum()), "share": round(share, 6)},
            proposal="Look for a missing feature or label errors.",
        )


GUARDRAIL = Guardrail("PW402", "Identical features have identical labels", "duplicates", check)
