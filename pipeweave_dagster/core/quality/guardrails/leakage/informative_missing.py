"""PW203: whether a value is missing predicts the target."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import DROP_OR_EXPLAIN, Guardrail, Hit, drop

PROOF_AUC = 0.95
ALERT_AUC = 0.7
ALERT_AUC_REGRESSION = 0.85
MIN_ROWS = 20
BINARY = 2
MAX_EXCEPTIONS = 0.001
MIN_SHARE_OF_SIDE = 0.5


def check(case: Case) -> Iterator[Hit]:
    """Block if missingness has AUC 0.95 or more and one side is pure; alert on weaker relations.

    The field was probably filled in after the outcome was known.
    """
    target = case.target
    numeric = target.values is not None
    alert_auc = ALERT_AUC_REGRESSION if numeric else ALERT_AUC
    proven: list[Column] = []
    for column in case.candidate_predictors:
        missing = column.codes[target.known] < 0
        if min(missing.sum(), (~missing).sum()) < MIN_ROWS:
            continue
        auc, pure = _numeric_auc(missing, target) if numeric else _class_auc(column, case)
        proof = auc >= PROOF_AUC and pure
        proven += [column] if proof else []
        if proof or auc >= alert_auc:
            yield _hit(column, auc, int(missing.sum()), pure=pure, proof=proof)
    yield from _missing_flags(proven, case)


def _hit(column: Column, auc: float, missing: int, *, pure: bool, proof: bool) -> Hit:
    exact = ", without exception on one side" if pure else ""
    return Hit(
        "blocked" if proof else "alerted",
        f"Whether it is missing predicts the target with ROC AUC {auc:.3f}{exact}. It was "
        "probably filled in after the outcome was known.",
        [column.name],
        {"auc": round(auc, 4), "missing": missing, "pure": pure},
        DROP_OR_EXPLAIN,
        drop(column.name),
    )


def _missing_flags(proven: list[Column], case: Case) -> Iterator[Hit]:
    """Yield two-valued columns that flag whether a blocked column is missing: the same proof."""
    blocked = {column.name for column in proven}
    for column in case.candidate_predictors:
        if column.distinct != 2 or column.missing or column.name in blocked:
            continue
        for other in proven:
            equal = float(((column.codes == 0) == (other.codes < 0)).mean())
            agreement = max(equal, 1 - equal)
            if agreement >= 1 - MAX_EXCEPTIONS:
                yield Hit(
                    "blocked",
                    f"It flags whether '{other.name}' is missing, which predicts the target.",
                    [column.name],
                    {"same_as_missing": other.name, "agreement": round(agreement, 6)},
                    DROP_OR_EXPLAIN,
                    drop(column.name),
                )
                break


def _class_auc(column: Column, case: Case) -> tuple[float, bool]:
    """Return the best one-vs-rest AUC of missingness, and whether a side is pure for that class.

    Of several classes, it is pure only for one that makes up most of a side. A value that is not
    measured for a group of classes (birds are not weighed, rodents are) is no trace of the outcome.
    """
    target = case.target
    present, missing = case.counts_by_missingness(column).astype(np.float64)
    best = (0.5, False)
    for wanted in range(target.classes):
        of_class = target.counts[wanted]
        if of_class < MIN_ROWS:
            continue
        rest = target.counts.sum() - of_class
        auc = 0.5 + abs(missing[wanted] / of_class - (missing.sum() - missing[wanted]) / rest) / 2
        sides = ((missing[wanted], missing.sum()), (present[wanted], present.sum()))
        pure = any(hits in (0, rows) for hits, rows in sides)
        if target.classes > BINARY:
            pure &= max(hits / rows for hits, rows in sides) >= MIN_SHARE_OF_SIDE
        best = max(best, (float(auc), bool(pure)), key=_proof_first)
    return best


def _proof_first(found: tuple[float, bool]) -> tuple[bool, float]:
    auc, pure = found
    return pure and auc >= PROOF_AUC, auc


def _numeric_auc(missing: np.ndarray, target: Target) -> tuple[float, bool]:
    """Return the AUC of missingness for larger targets, and whether the two ranges are disjoint."""
    codes = target.codes[target.known]
    ranks = np.argsort(np.argsort(codes, kind="stable"), kind="stable")
    n, m = int(missing.sum()), int((~missing).sum())
    auc = (ranks[missing].sum() - n * (n - 1) / 2) / (n * m)
    a, b = codes[missing], codes[~missing]
    return float(max(auc, 1 - auc)), bool(a.min() >= b.max() or a.max() <= b.min())


GUARDRAIL = Guardrail("PW203", "Missing values do not reveal the target", "leakage", check)
