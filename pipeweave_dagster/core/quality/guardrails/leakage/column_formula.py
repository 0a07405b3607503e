"""PW206: the target can be computed from other columns."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents.findings import State
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.formulas.formula import Formula
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.identifier_order import power_of_order
from pipeweave_dagster.core.quality.target_measurements import EASY_SKILL

PROPOSAL = "Drop the columns that are known only together with the target; at least one of them is."


def check(case: Case) -> Iterator[Hit]:
    """Block a formula that gives the target in 99.9 % of the rows; alert from 97 % on.

    Weighted sums of three or more columns are reported by PW208.
    """
    for formula in case.formulas.formulas:
        if not formula.is_sum and not _is_easy(formula, case):
            yield hit_of(formula, case)


def _is_easy(formula: Formula, case: Case) -> bool:
    """Return whether a formula of one column only repeats that the classes are easy to separate.

    The thickness of a bolt gives its size, but so does its length.
    """
    if case.target.task == "regression" or len(formula.columns) > 1:
        return False
    return case.best_other_skill(case.table[formula.columns[0]]) > EASY_SKILL


def hit_of(formula: Formula, case: Case) -> Hit:
    """Return the finding of a formula: its text, its exceptions, and how it was confirmed."""
    left_out = case.formulas.left_out
    names = list(formula.columns)
    return Hit(
        _state(formula, case),
        f"{formula.statement}: exceptions {formula.exceptions:,} of {formula.rows:,} rows.",
        names,
        {
            "formula": formula.expression[:2000],
            "exceptions": formula.exceptions,
            "rows": formula.rows,
            "rows_not_used_to_find_it": formula.unseen,
            "bits_saved": round(formula.bits_saved),
            **({"columns_not_searched": left_out} if left_out else {}),
        },
        PROPOSAL,
        drop(*names),
    )


def _state(formula: Formula, case: Case) -> State:
    """Return `fixed` if the formula needs a column that is not a feature."""
    infos = {info.name: info for info in case.table.infos}
    needed = [infos[name] for name in formula.columns]
    identifiers = [info for info in needed if info.role == "identifier"]
    if any(power_of_order(case, info) is None for info in identifiers):
        return "fixed"
    return "blocked" if formula.proof else "alerted"


GUARDRAIL = Guardrail("PW206", "Target is not computed from other columns", "leakage", check)
