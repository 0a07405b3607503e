"""PW604: groups of related rows that a random split would separate."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.gap_hits import gap_hits
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.patch_text import setting_text
from pipeweave_dagster.core.quality.structure.within_groups import (
    MAX_NEIGHBOUR_RATIO,
    agreement_within,
    neighbour_agreement,
)

MIN_GROUPS = 30
MEAN_ROWS = (1.5, 50.0)
MIN_AGREEMENT = 0.5


def check(case: Case) -> Iterator[Hit]:
    """Split by a key where a quick model is worth less on groups that it has not learned from.

    A model can memorise the group (a patient, a device) instead of learning a rule, and a random
    test split would not reveal it. Other keys whose rows share an outcome far more often than
    chance are alerted.
    """
    if case.settings.split.group:
        return
    yield from gap_hits(case, "group")
    tested = {gap.column for gap in case.split_gaps}
    for column in case.candidate_predictors:
        if column.name in tested or case.settings.split.random:
            continue
        if column.info.storage not in {"text", "integer"} or column.distinct < MIN_GROUPS:
            continue
        if not MEAN_ROWS[0] <= column.present / column.distinct <= MEAN_ROWS[1]:
            continue
        agreement = agreement_within(column, case.target)
        if agreement is None or agreement < MIN_AGREEMENT:
            continue
        quantity = column.ordered and column.info.role != "identifier"
        limit = MAX_NEIGHBOUR_RATIO * agreement
        if not quantity or neighbour_agreement(column, case.target) < limit:
            patch = {"split": {"group": column.name}}
            yield Hit(
                "alerted",
                f"Its {column.distinct:,} values form groups of rows with similar outcomes "
                f"(agreement within groups: {agreement:.0%} of the way from chance to identical). "
                "Rows of one group should not be in both training and test.",
                [column.name],
                {"groups": column.distinct, "alike": round(agreement, 4)},
                f"Keep groups together: set {setting_text(patch)}.",
                patch,
            )


GUARDRAIL = Guardrail(
    "PW604", "Groups stay on one side of the split", "rows", check, after_proofs=True
)
