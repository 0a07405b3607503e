"""PW206: the target can be computed from two columns."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.column_formulas import formulas, usable
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MAX_HITS = 20
PERFECT_SKILL = 0.998


def check(case: Case) -> Iterator[Hit]:
    """Block pairs whose sum, difference, product or ratio is the target in 99.9 % of the rows.

    A column that ranks like the target on its own is left to PW202: with a small second column it
    would fit many formulas.
    """
    target = case.target
    perfect = {name for name, p in case.univariate_power.items() if p.skill >= PERFECT_SKILL}
    columns = [c for c in usable(case.candidate_predictors) if c.name not in perfect]
    for number, formula in enumerate(formulas(columns, target)):
        if number >= MAX_HITS:
            return
        names = [formula.left.name, formula.right.name]
        yield Hit(
            "blocked",
            f"The target can be computed from {formula.expression} (exceptions: "
            f"{formula.exceptions} of {formula.rows:,} rows). At least one of the two columns is "
            "known only together with the target.",
            names,
            {"operator": formula.operator, "exceptions": formula.exceptions, "rows": formula.rows},
            "Drop the one that is known only after the outcome.",
            drop(*names),
        )


GUARDRAIL = Guardrail("PW206", "Target is not computed from two columns", "leakage", check)
