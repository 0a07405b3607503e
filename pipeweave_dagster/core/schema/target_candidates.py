"""Rank the columns that may be the target by name, position and values.

The weights express how far each sign is trusted alone: a column is only suggested from `CREDIBLE`
on, which the name of an outcome, or the last position in a wide table, reaches by itself.
"""

import re
from dataclasses import dataclass

from pipeweave_dagster.core.documents import ColumnDeduction, DatasetSnapshot
from pipeweave_dagster.core.naming import without_accents
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.name_units import without_unit
from pipeweave_dagster.core.schema.type_model.name_ngrams import words_of

CREDIBLE = 0.35


def _words(text: str) -> frozenset[str]:
    return frozenset(words_of(without_accents(text)))


_SURE_NAME = re.compile(
    r"(target|label)s?([_ .-]?\w)?|class|outcome|response|result|__target__|(is_?)?fraud|"
    r"churn(ed)?|exited|attrition|survived|default(ed)?|diagnosis",
    re.IGNORECASE,
)
# Names of outcomes and quantities, if the whole name is that one word.
_QUANTITIES = _words(
    "price rating quality salary charges profit sales strength score grade revenue yield "
    "consumption mpg income species variety rent wage wages "
    "preis miete kaltmiete warmmiete gehalt lohn umsatz ertrag gewinn einkommen verbrauch qualität "
    "prix loyer salaire ventes revenu rendement qualité "
    "precio alquiler salario ventas ingresos rendimiento calidad "
    "prezzo affitto stipendio vendite ricavi qualità preço aluguel vendas receita qualidade "
    "prijs huur salaris omzet opbrengst kwaliteit"
)
_LIKELY_WORDS = _QUANTITIES | _words(
    "target label class outcome churn attrition default fraud survived survival alive died death "
    "mortality success status approved won converted clicked purchase purchased cancelled "
    "cancellation cancellations readmitted stroke cancer disease diabetes spam passed pass delay "
    "sold points tomorrow cost emissions winner recid recidivism value "
    "kosten ergebnis klasse kündigung gekündigt ausfall betrug storniert verkauft bestanden "
    "coût résultat cible classe fraude résilié coste costo resultado objetivo clase cancelado "
    "risultato obiettivo esito custo alvo kosten uitkomst doel"
)
_LIKELY_END = re.compile(
    r"(price|salary|charges|quality|rating|sales|success|churn|attrition|fraud|tomorrow|purchase"
    r"|preis|miete|gehalt|umsatz|prijs|huur)$",
    re.IGNORECASE,
)
# Time, position and names describe a row, and are hardly ever predicted.
_DESCRIPTORS = _words(
    "year month day date time hour minute week weekday id code zip zipcode postcode lat latitude "
    "lon lng longitude note notes comment comments name description version ver neighborhood index"
)
_OF_MONEY = 0.2
_MANY_CLASSES = 30
_FEW_COLUMNS = 4
_EXCLUDED_TYPES = frozenset(
    {"identifier", "constant", "datetime", "url", "email", "phone", "list", "geo", "text"}
)


@dataclass(frozen=True)
class Candidate:
    """A column that may be the target, its score, and the reasons for it."""

    name: str
    score: float
    reasons: tuple[str, ...]


def rank_candidates(
    columns: list[ColumnDeduction], profiles: dict[str, ColumnProfile], snapshot: DatasetSnapshot
) -> list[Candidate]:
    """Return possible targets, the most credible first; of ties, the later column."""
    nameless = not any(c.original_name.strip() for c in snapshot.columns)
    possible = [c for c in columns if _possible(c, profiles[c.name])]
    only_one = len(possible) == 1 and len(columns) > 1
    categorical = [
        c for c in possible if c.type != "numeric" and profiles[c.name].distinct <= _MANY_CLASSES
    ]
    lone_category = (
        categorical[0].name if len(categorical) == 1 and len(possible) >= _FEW_COLUMNS else None
    )
    names = {c.name.casefold() for c in columns}
    possible_names = {c.name for c in possible}
    ranked = []
    for position, column in enumerate(columns):
        if column.name not in possible_names:
            continue
        signs = [
            _by_name(column.name, names),
            _by_position(position, len(columns), column, nameless),
        ]
        if only_one:
            signs.append((0.3, "no other column can be the target"))
        if column.name == lone_category and position == 0:
            signs.append((0.25, "it is the only categorical column among numeric ones"))
        score = sum(s for s, _ in signs) + _by_values(column, profiles[column.name])
        reasons = tuple(reason for weight, reason in signs if weight > 0.1)
        candidate = Candidate(column.name, round(score, 4), reasons)
        ranked.append((-candidate.score, -position, candidate))
    return [candidate for *_, candidate in sorted(ranked, key=lambda r: r[:2])]


def _possible(column: ColumnDeduction, profile: ColumnProfile) -> bool:
    allowed = column.type not in _EXCLUDED_TYPES and column.role == "feature"
    return allowed and profile.distinct >= 2


def _by_name(name: str, names: set[str]) -> tuple[float, str]:
    bare = without_unit(name)
    stripped = without_accents(bare.name)
    words = words_of(stripped)
    reason = "it has a common name for a target"
    # Beside x or z, y is a coordinate.
    only_y = name.strip().casefold() == "y" and not names & {"x", "z"}
    if only_y or _SURE_NAME.fullmatch(name.strip()) or _SURE_NAME.fullmatch(stripped):
        return 0.6, reason
    if not words:
        return 0.0, ""
    if len(words) == 1 and words[0] in _QUANTITIES:
        return 0.4, reason
    if words[-1] in _DESCRIPTORS or words[0] in {"year", "month", "day"}:
        return -0.3, ""
    likely = _LIKELY_WORDS & {*words, *_words(name)} or _LIKELY_END.search(stripped)
    if likely or words == ["type"]:
        return (0.4 if bare.is_money else 0.3), reason
    # Of many amounts of money, hardly one is the target, so this alone suggests none.
    return (_OF_MONEY, "it is an amount of money") if bare.is_money else (0.0, "")


def _by_position(
    position: int, count: int, column: ColumnDeduction, nameless: bool
) -> tuple[float, str]:
    if position == count - 1:
        wide = count >= _FEW_COLUMNS
        return (0.4 if nameless else 0.36 if wide else 0.25), "it is the last column"
    if position == 0:
        classes = column.type in {"boolean", "categorical", "ordinal"}
        return (0.12 if classes else 0.08), "it is the first column"
    return 0.0, ""


def _by_values(column: ColumnDeduction, profile: ColumnProfile) -> float:
    score = -0.3 * profile.missing / max(1, profile.rows)
    classes = column.type in {"categorical", "ordinal", "context_specific"}
    if profile.distinct == 2:
        return score + 0.12
    if column.type == "numeric":
        return score + 0.05
    if classes and profile.storage == "text" and profile.distinct > _MANY_CLASSES:
        return score - 0.2
    return score + (0.08 if classes and profile.distinct <= 20 else 0.0)
