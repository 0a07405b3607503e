"""The column sections of a report: key figures of every column, details of the most predictive."""

from typing import Any

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.predictive_power import Power
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.eda.categories import lengths, top_values
from pipeweave_dagster.core.eda.number_summary import figure, histogram, moments
from pipeweave_dagster.core.eda.target_relation import relation
from pipeweave_dagster.core.eda.text_terms import terms
from pipeweave_dagster.core.eda.time_coverage import coverage

MAX_DETAILS = 150
_CATEGORIES = {"categorical", "ordinal", "boolean"}
_HIDDEN_TYPES = {"identifier", "url", "email", "phone"}


def most_predictive_first(columns: list[Column], powers: dict[str, Power]) -> list[Column]:
    """Return the columns by predictive skill; those of equal skill keep the order of the table."""
    return sorted(
        columns, key=lambda c: powers[c.name].skill if c.name in powers else -1.0, reverse=True
    )


def with_details(ranked: list[Column], target: str | None) -> list[Column]:
    """Return the columns that get a detail section: the target, then the most predictive ones."""
    first = [c for c in ranked if c.name == target]
    return [*first, *(c for c in ranked if c.name != target)][:MAX_DETAILS]


def is_hidden(column: Column) -> bool:
    """Whether the values of a column are never shown: identifiers and personal data.

    The setting `privacy: allow` shows them.
    """
    info = column.info
    if info.privacy == "allow":
        return False
    return bool(info.pii) or info.role == "identifier" or info.type in _HIDDEN_TYPES


def key_figures(column: Column, powers: dict[str, Power]) -> dict[str, Any]:
    """Return the entry of a column in the list of all columns."""
    info, power = column.info, powers.get(column.name)
    return {
        "name": column.name,
        "type": info.type,
        "storage": info.storage,
        "role": info.role,
        "missing": column.missing,
        "distinct": column.distinct,
        "power": None
        if power is None or info.type == "text"  # whole texts hardly ever repeat
        else {
            "metric": power.metric,
            "value": figure(round(power.value, 6)),
            "skill": figure(round(power.skill, 6)),
        },
    }


def details(
    column: Column, as_read: int, target: Target | None, powers: dict[str, Power]
) -> dict[str, Any]:
    """Return the detail section of a column, which had `as_read` distinct values in the file."""
    detail = {**key_figures(column, powers), "reason": column.info.reason, "pii": column.info.pii}
    if column.distinct != as_read and detail["reason"]:
        detail["reason"] = f"Before the settings correct its values: {detail['reason']}"
    if is_hidden(column) or column.distinct == 0:
        detail["reason"] = ""  # it may quote values
        return {**detail, "kind": "hidden" if column.distinct else "empty"}
    related = target is not None and target.classes > 1 and column.name != target.name
    if target is not None and related and column.info.type != "text":
        detail["relation"] = relation(column, target)
    if column.ordered and column.info.type not in _CATEGORIES:
        return detail | _ordered(column)
    if column.info.type == "text":
        return detail | _text(column, target if related else None)
    return {**detail, "kind": "category", "top": top_values(column)}


def _ordered(column: Column) -> dict[str, Any]:
    dated = column.info.storage in {"date", "datetime"}
    section = {"kind": "time" if dated else "number", "figures": moments(column)}
    section["histogram"] = histogram(column)
    return section | ({"coverage": coverage(column)} if dated else {})


def _text(column: Column, target: Target | None) -> dict[str, Any]:
    words = terms(column, target)
    predictive = words.pop("predictive", [])
    section = {"relation": predictive} if predictive else {}
    section |= {"kind": "text", "lengths": lengths(column), "terms": words}
    return {**section, "top": top_values(column)}


def detail_limit(columns: list[Column], detailed: list[Column]) -> list[str]:
    """Return a note where not every column has a detail section."""
    rest = len(columns) - len(detailed)
    if not rest:
        return []
    first = f"Details are given for the {len(detailed)} most predictive columns"
    return [f"{first}; the other {rest} are listed with their key figures."]
