"""PW206: two columns give the target by plain arithmetic."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.column_formulas import formulas, usable
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MAX_HITS = 20


def check(case: Case) -> Iterator[Hit]:
    """Block pairs whose sum, difference, product or ratio is the target in 99.9 % of the rows.

    A column that alone has the order of the target is left to PW202: with a small second column
    it would fit many formulas.
    """
    target = case.target
    alone = {name for name, power in case.powers.items() if power.skill >= 0.998}
    columns = [c for c in usable(case.suspects) if c.name not in alone]
    for number, formula in enumerate(formulas(columns, target)):
        if number >= MAX_HITS:
            return
        names = [formula.left.name, formula.right.name]
        yield Hit(
            "blocked",
            f"Together they give the target: '{names[0]}' {formula.operator} '{names[1]}', with "
            f"{formula.exceptions} exceptions in {formula.rows:,} rows. At least one of them is "
            "known only with the target.",
            names,
            {"operator": formula.operator, "exceptions": formula.exceptions, "rows": formula.rows},
            "Leave out the one that is known only afterwards.",
            drop(*names),
        )


GUARDRAIL = Guardrail("PW206", "No two columns give the target", "leakage", check)
