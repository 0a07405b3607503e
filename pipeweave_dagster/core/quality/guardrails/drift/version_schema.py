"""PW703: the columns mean something else than in the version before."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.schema.schema_diff import SchemaChange

_WITHOUT_VALUES = {
    "NEW_CATEGORY": "It has values that the last version did not have.",
    "NEW_LABEL": "The target has labels that the last version did not have.",
    "OUT_OF_RANGE": "Its values lie outside the range of the last version.",
}


def check(case: Case) -> Iterator[Hit]:
    """Alert on columns that came, went, were renamed or retyped, and on new labels and values.

    A change of severity `error` breaks a model that was trained on the last version.
    """
    for change in changes(case):
        yield Hit(
            "alerted",
            change["message"],
            [change["column"]],
            {"change": change["code"], "severity": change["severity"]},
            "A model of the last version cannot be used on these rows: check the source."
            if change["severity"] == "error"
            else "Check that the source still means the same by it.",
        )


def changes(case: Case) -> list[dict[str, str]]:
    """The changes as plain data, without values of columns that may be personal."""
    personal = {
        column.name
        for schema in (case.schema, case.previous.meaning)
        for column in schema.columns
        if column.pii
    }
    return [
        change.model_dump(mode="json")
        | ({"message": _WITHOUT_VALUES[change.code]} if _quotes(change, personal) else {})
        for change in case.changes
    ]


def _quotes(change: SchemaChange, personal: set[str]) -> bool:
    return change.code in _WITHOUT_VALUES and change.column in personal


GUARDRAIL = Guardrail("PW703", "Columns are those of the last version", "drift", check)
