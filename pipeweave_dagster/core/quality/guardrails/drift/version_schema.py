"""PW703: the schema differs from that of the previous version."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.schema.schema_diff import SchemaChange

_MESSAGE_WITHOUT_VALUES = {
    "NEW_CATEGORY": "It has values that the previous version did not have.",
    "NEW_LABEL": "The target has labels that the previous version did not have.",
    "OUT_OF_RANGE": "It has values outside the range of the previous version.",
}
_ABSENT = "treats absent columns as missing values, so its predictions may be worse"
_EFFECTS = {
    "TYPE_CHANGED": "treats values of another type as missing, so its predictions may be worse",
    "NEW_LABEL": "never predicts the new labels",
}


def check(case: Case) -> Iterator[Hit]:
    """Alert on added, removed, renamed or retyped columns, and on new labels and values."""
    for change in schema_changes(case):
        yield Hit(
            "alerted",
            change["message"],
            [change["column"]],
            {"change": change["code"], "severity": change["severity"]},
            _proposal(change),
        )


def schema_changes(case: Case) -> list[dict[str, str]]:
    """Return the changes as plain data, without values of columns that may be personal."""
    personal = {
        column.name
        for schema in (case.schema, case.previous.meaning)
        for column in schema.columns
        if column.pii
    }
    return [
        change.model_dump(mode="json")
        | (
            {"message": _MESSAGE_WITHOUT_VALUES[change.code]}
            if _quotes_personal_value(change, personal)
            else {}
        )
        for change in case.schema_changes
    ]


def _proposal(change: dict[str, str]) -> str:
    """Return what to do; for an error, also what a model of the previous version would do."""
    if change["severity"] != "error":
        return "Check that the column still has the same meaning in the source."
    effect = _EFFECTS.get(change["code"], _ABSENT)
    return f"A model trained on the previous version {effect}: check the source."


def _quotes_personal_value(change: SchemaChange, personal: set[str]) -> bool:
    return change.code in _MESSAGE_WITHOUT_VALUES and change.column in personal


GUARDRAIL = Guardrail("PW703", "Schema matches the previous version", "drift", check)
