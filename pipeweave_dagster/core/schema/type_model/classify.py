"""Classify columns: certain rules first, else the type model, with the reason of the rules."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.kind_words import KIND_WORDS
from pipeweave_dagster.core.schema.meaning.quantities import meaning_of_quantity
from pipeweave_dagster.core.schema.meaning.rules import Meaning, is_certain, meaning_by_rules
from pipeweave_dagster.core.schema.type_model import forests
from pipeweave_dagster.core.schema.type_model.contributions import contributions
from pipeweave_dagster.core.schema.type_model.features import Evidence
from pipeweave_dagster.core.schema.type_model.type_facts import deciding_facts, stems_of

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
_CODES = {"categorical", "context_specific"}
_MIN_ALTERNATIVE = 0.03
# No feature is made of an identifier: to lose numbers costs more than to keep an identifier.
_SURE_IDENTIFIER = 0.6


def classify_columns(profiles: list[ColumnProfile]) -> list[Meaning]:
    """Return the meaning of every column."""
    if not profiles:
        return []
    columns = [evidence_of(p) for p in profiles]
    inputs = forests.inputs_of(columns)
    chances = [
        dict(zip(forests.CLASSES, map(float, row), strict=True))
        for row in forests.probabilities_of(inputs)
    ]
    numeric = [p.name for p in profiles if p.storage in {"integer", "number"}]
    by_rules = [meaning_by_rules(p, numeric) for p in profiles]
    proven = [meaning_of_quantity(*each) for each in zip(profiles, by_rules, strict=True)]
    rules = [own or rule for own, rule in zip(proven, by_rules, strict=True)]
    found = [_combine(*each) for each in zip(profiles, chances, rules, strict=True)]
    found = [
        own if own is not None and meaning.type in _CODES else meaning
        for own, meaning in zip(proven, found, strict=True)
    ]
    return _with_facts(columns, inputs, chances, rules, found)


def _with_facts(
    columns: list[Evidence],
    inputs: NDArray[np.float32],
    chances: list[dict[str, float]],
    rules: list[Meaning],
    found: list[Meaning],
) -> list[Meaning]:
    """Return the meanings, with the facts that decided where the model overrules the rules."""
    places = [i for i, meaning in enumerate(found) if meaning.type != rules[i].type]
    if not places:
        return found
    names = {meaning: name for name, meaning in _SEMANTIC.items()}
    preferred = [names[found[i].type] for i in places]
    other = [
        names.get(rules[i].type)
        or max((c for c in chances[i] if c != own), key=chances[i].__getitem__)
        for i, own in zip(places, preferred, strict=True)
    ]
    pairs = ([forests.CLASSES.index(name) for name in side] for side in (preferred, other))
    added = contributions(inputs[places], *pairs)
    stems = stems_of(columns)
    result = list(found)
    for i, values in zip(places, added, strict=True):
        facts = deciding_facts(columns, i, values, stems)
        result[i] = replace(found[i], reason=_reason(found[i], rules[i], facts))
    return result


def _reason(meaning: Meaning, rule: Meaning, facts: list[str]) -> str:
    kind, other = KIND_WORDS[meaning.type], KIND_WORDS[rule.type]
    decided = ""
    if facts:
        count = ("One fact", "Two facts", "Three facts")[len(facts) - 1]
        decided = f" {count} decided: {'; '.join(facts)}."
    return (
        f"Most columns like this hold {kind}.{decided} The rules alone suggest {other}: "
        f"{rule.reason}"
    )


def evidence_of(profile: ColumnProfile) -> Evidence:
    """Return a profile as input of the model; statistics of non-numeric columns are zero.

    Exact duplicate rows are left out: a key that repeats with its whole row is a key.
    """
    return Evidence(
        name=profile.name,
        rows=profile.rows - profile.repeats,
        missing=profile.missing,
        distinct=profile.distinct,
        mean=profile.mean or 0.0,
        std=profile.std or 0.0,
        low=profile.low or 0.0,
        high=profile.high or 0.0,
        samples=profile.first_values or tuple(profile.sample[:5]),
    )


def _combine(profile: ColumnProfile, probabilities: dict[str, float], rule: Meaning) -> Meaning:
    if is_certain(profile, rule):
        return rule
    possible = {t: probabilities[n] for n, t in _SEMANTIC.items() if _possible(t, profile, rule)}
    total = sum(possible.values()) or 1.0
    best = max(possible, key=lambda t: possible[t])
    unsure = best == "identifier" and possible[best] / total < _SURE_IDENTIFIER
    if unsure and rule.type == "numeric" and len(possible) > 1:
        best = max((t for t in possible if t != "identifier"), key=lambda t: possible[t])
    confidence = round(possible[best] / total, 3)
    alternatives = {
        str(t): round(c / total, 3)
        for t, c in sorted(possible.items(), key=lambda s: -s[1])
        if t != best and c / total >= _MIN_ALTERNATIVE
    }
    return Meaning(best, confidence, rule.reason, alternatives)


def _possible(semantic: SemanticType, profile: ColumnProfile, rule: Meaning) -> bool:
    """Return whether the values allow a type: text is not numeric, repeated values not an ID."""
    if semantic == "identifier":
        return rule.type == "identifier" or profile.uniqueness >= 0.95
    if profile.storage in {"integer", "number"}:
        return semantic in {"numeric", "categorical", "context_specific"}
    return semantic not in {"numeric", "datetime", "url"}
