"""PW402: equal features with different targets."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.row_keys import row_keys
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

ALERT_SHARE = 0.01


def check(case: Case) -> Iterator[Hit]:
    """Rows that no model can get right together: they bound the best possible score."""
    target = case.target
    features = case.table.features
    if target.task == "regression" or not features:
        raise NotApplicableError("there are no classes to contradict each other")
    known = target.known
    keys = row_keys(features)[known]
    _, group = np.unique(keys, return_inverse=True)
    pairs = np.unique(group.astype(np.int64) * target.classes + target.codes[known])
    labels = np.bincount(pairs // target.classes)
    clashing = labels > 1
    rows = int(clashing[group].sum())
    if rows:
        share = rows / int(known.sum())
        yield Hit(
            "alerted" if share >= ALERT_SHARE else "passed",
            f"{rows:,} rows ({share:.2%}) in {int(clashing.sum()):,} groups have the same features "
            "but different classes; no model can get all of them right.",
            evidence={"rows": rows, "groups": int(clashing.sum()), "share": round(share, 6)},
            proposal="Look for a missing feature or for label errors.",
        )


GUARDRAIL = Guardrail("PW402", "Equal features have equal labels", "duplicates", check)
