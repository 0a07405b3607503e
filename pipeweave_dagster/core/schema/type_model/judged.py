"""Join the trained model's judgement of a column with what rules know for sure."""

from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.rules import Meaning, is_certain, meaning_of
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
_SHOWN = 0.03


def judge(profiles: list[ColumnProfile]) -> list[Meaning]:
    """The meaning of every column: certain rules first, else the model, with the rule's words."""
    chances = forests.probabilities([evidence_of(p) for p in profiles])
    return [
        _joined(p, dict(zip(forests.CLASSES, map(float, c), strict=True)))
        for p, c in zip(profiles, chances, strict=True)
    ]


def evidence_of(profile: ColumnProfile) -> Evidence:
    """The model's view of a profile: numbers as zeros where the column holds none."""
    return Evidence(
        name=profile.name,
        rows=profile.rows,
        missing=profile.missing,
        distinct=profile.distinct,
        mean=profile.mean or 0.0,
        std=profile.std or 0.0,
        low=profile.low or 0.0,
        high=profile.high or 0.0,
        samples=profile.first or tuple(profile.spread[:5]),
    )


def _joined(profile: ColumnProfile, chances: dict[str, float]) -> Meaning:
    rule = meaning_of(profile)
    if is_certain(profile, rule):
        return rule
    possible = {t: chances[n] for n, t in _SEMANTIC.items() if _possible(t, profile, rule)}
    total = sum(possible.values()) or 1.0
    best = max(possible, key=lambda t: possible[t])
    sure = round(possible[best] / total, 3)
    rest = {
        str(t): round(c / total, 3)
        for t, c in sorted(possible.items(), key=lambda s: -s[1])
        if t != best and c / total >= _SHOWN
    }
    if best == rule.type:
        return Meaning(best, sure, rule.reason, rest)
    reason = (
        f"Columns that look and are named like this are mostly {best.replace('_', ' ')};"
        f" by rule it would be {rule.type.replace('_', ' ')}: {rule.reason}"
    )
    return Meaning(best, sure, reason, rest)


def _possible(semantic: SemanticType, profile: ColumnProfile, rule: Meaning) -> bool:
    """What the values rule out: text is never numeric, and what repeats is no identifier."""
    if semantic == "identifier":
        return rule.type == "identifier" or profile.uniqueness >= 0.95
    if profile.storage in {"integer", "number"}:
        return semantic in {"numeric", "categorical", "context_specific"}
    return semantic not in {"numeric", "datetime", "url"}
