"""All guardrails, in the order of their codes."""

from pipeweave_dagster.core.quality.guardrail import Guardrail
from pipeweave_dagster.core.quality.guardrails import (
    constant,
    contradictions,
    exact_duplicates,
    high_cardinality,
    identifiers,
    imbalance,
    mostly_missing,
    quarantine,
    recode,
    redundant,
    size,
    strong_single,
    target_missing,
    target_present,
    target_question,
    target_rows,
    target_varies,
)

GUARDRAILS: tuple[Guardrail, ...] = (
    target_present.GUARDRAIL,
    target_varies.GUARDRAIL,
    target_rows.GUARDRAIL,
    target_missing.GUARDRAIL,
    imbalance.GUARDRAIL,
    target_question.GUARDRAIL,
    recode.GUARDRAIL,
    strong_single.GUARDRAIL,
    mostly_missing.GUARDRAIL,
    exact_duplicates.GUARDRAIL,
    contradictions.GUARDRAIL,
    redundant.GUARDRAIL,
    constant.GUARDRAIL,
    identifiers.GUARDRAIL,
    high_cardinality.GUARDRAIL,
    quarantine.GUARDRAIL,
    size.GUARDRAIL,
)
