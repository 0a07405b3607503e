"""Classify columns: certain rules first, else the type model, with the reason of the rules."""

from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.rules import Meaning, is_certain, meaning_by_rules
from pipeweave_dagster.core.schema.type_model import forests
from pipeweave_dagster.core.schema.type_model.features import Evidence

_SEMANTIC: dict[str, SemanticType] = {
    "numeric": "numeric",
    "categorical": "categorical",
    "datetime": "datetime",
    "sentence": "text",
    "url": "url",
    "embedded-number": "embedded_number",
    "list": "list",
    "not-generalizable": "identifier",
    "context-specific": "context_specific",
}
_MIN_ALTERNATIVE = 0.03


def classify_columns(profiles: list[ColumnProfile]) -> list[Meaning]:
    """Return the meaning of every column."""
    probabilities = forests.predict_proba([evidence_of(p) for p in profiles])
    return [
        _combine(p, dict(zip(forests.CLASSES, map(float, c), strict=True)))
        for p, c in zip(profiles, probabilities, strict=True)
    ]


def evidence_of(profile: ColumnProfile) -> Evidence:
    """Return a profile as input of the model; statistics of non-numeric columns are zero."""
    return Evidence(
        name=profile.name,
        rows=profile.rows,
        missing=profile.missing,
        distinct=profile.distinct,
        mean=profile.mean or 0.0,
        std=profile.std or 0.0,
        low=profile.low or 0.0,
        high=profile.high or 0.0,
        samples=profile.first_values or tuple(profile.sample[:5]),
    )


def _combine(profile: ColumnProfile, probabilities: dict[str, float]) -> Meaning:
    rule = meaning_by_rules(profile)
    if is_certain(profile, rule):
        return rule
    possible = {t: probabilities[n] for n, t in _SEMANTIC.items() if _possible(t, profile, rule)}
    total = sum(possible.values()) or 1.0
    best = max(possible, key=lambda t: possible[t])
    confidence = round(possible[best] / total, 3)
    alternatives = {
        str(t): round(c / total, 3)
        for t, c in sorted(possible.items(), key=lambda s: -s[1])
        if t != best and c / total >= _MIN_ALTERNATIVE
    }
    if best == rule.type:
        return Meaning(best, confidence, rule.reason, alternatives)
    reason = (
        f"Columns with similar names and values are mostly {best.replace('_', ' ')};"
        f" the rules suggest {rule.type.replace('_', ' ')}: {rule.reason}"
    )
    return Meaning(best, confidence, reason, alternatives)


def _possible(semantic: SemanticType, profile: ColumnProfile, rule: Meaning) -> bool:
    """Return whether the values allow a type: text is not numeric, repeated values not an ID."""
    if semantic == "identifier":
        return rule.type == "identifier" or profile.uniqueness >= 0.95
    if profile.storage in {"integer", "number"}:
        return semantic in {"numeric", "categorical", "context_specific"}
    return semantic not in {"numeric", "datetime", "url"}
