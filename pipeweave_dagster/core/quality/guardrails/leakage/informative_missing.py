"""PW203: that a value is missing tells the target."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

PROOF = 0.95
SUSPICION = 0.7
SUSPICION_NUMBER = 0.85
MIN_ROWS = 20
MAX_EXCEPTIONS = 0.001


def check(case: Case) -> Iterator[Hit]:
    """Block if the AUC is at least 0.95 and one side is pure; alert on a lesser, strong relation.

    The field was probably filled in after the outcome was known.
    """
    target = case.target
    proofs: list[Column] = []
    for column in case.suspects:
        gone = column.codes[target.known] < 0
        if min(gone.sum(), (~gone).sum()) < MIN_ROWS:
            continue
        auc, pure = _classes(column, case) if target.values is None else _numbers(gone, target)
        proof = auc >= PROOF and pure
        proofs += [column] if proof else []
        if not proof and auc < (SUSPICION if target.values is None else SUSPICION_NUMBER):
            continue
        side = " On one side there is not a single exception." if pure else ""
        yield Hit(
            "blocked" if proof else "alerted",
            f"Whether it is missing tells the target with ROC AUC {auc:.3f}.{side} It was probably "
            "filled in when the outcome was known.",
            [column.name],
            {"auc": round(auc, 4), "missing": int(gone.sum()), "pure": pure},
            "Leave the column out, or override with the reason why it is known beforehand.",
            drop(column.name),
        )
    yield from _twins(proofs, case)


def _twins(proofs: list[Column], case: Case) -> Iterator[Hit]:
    """Columns of two values that say whether a blocked column is missing: the same proof."""
    blocked = {column.name for column in proofs}
    for column in case.suspects:
        if column.distinct != 2 or column.missing or column.name in blocked:
            continue
        for proof in proofs:
            agree = float(((column.codes == 0) == (proof.codes < 0)).mean())
            if max(agree, 1 - agree) >= 1 - MAX_EXCEPTIONS:
                yield Hit(
                    "blocked",
                    f"It says whether '{proof.name}' is missing, and that tells the target.",
                    [column.name],
                    {"same_as_missing": proof.name, "agreement": round(max(agree, 1 - agree), 6)},
                    "Leave the column out, or override with the reason why it is known beforehand.",
                    drop(column.name),
                )
                break


def _classes(column: Column, case: Case) -> tuple[float, bool]:
    """The best AUC of one class against the rest, and whether a side is pure for it."""
    target = case.target
    present, missing = case.sides(column).astype(np.float64)
    best = (0.5, False)
    for wanted in range(target.classes):
        of_class = target.counts[wanted]
        if of_class < MIN_ROWS:
            continue
        rest = target.counts.sum() - of_class
        auc = 0.5 + abs(missing[wanted] / of_class - (missing.sum() - missing[wanted]) / rest) / 2
        sides = ((missing[wanted], missing.sum()), (present[wanted], present.sum()))
        best = max(best, (float(auc), any(hits in (0, rows) for hits, rows in sides)))
    return best


def _numbers(gone: np.ndarray, target: Target) -> tuple[float, bool]:
    """AUC of `missing` for larger numbers, and whether the numbers of the sides do not overlap."""
    codes = target.codes[target.known]
    ranks = np.argsort(np.argsort(codes, kind="stable"), kind="stable")
    n, m = int(gone.sum()), int((~gone).sum())
    auc = (ranks[gone].sum() - n * (n - 1) / 2) / (n * m)
    a, b = codes[gone], codes[~gone]
    return float(max(auc, 1 - auc)), bool(a.min() >= b.max() or a.max() <= b.min())


GUARDRAIL = Guardrail("PW203", "Missing values do not tell the target", "leakage", check)
