"""PW510: columns that look personal, whose values are not shown."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.schema.column_lookup import names_with_privacy

_KINDS = {
    "email": "e-mail addresses",
    "ip": "IP addresses",
    "ssn": "social security numbers",
    "card": "card numbers",
    "iban": "numbers of bank accounts",
    "phone": "telephone numbers",
    "person": "names of persons",
    "address": "addresses",
    "birth_date": "dates of birth",
}


def check(case: Case) -> Iterator[Hit]:
    """Report columns that look personal, and how to change what becomes of their values.

    It offers no patch: whether they are personal, and who may see them, is for the user to say.
    """
    decided = names_with_privacy(case.settings)
    original = {c.name: c.original_name for c in case.snapshot.columns}
    for info in case.table.infos:
        spellings = {fold_name(info.name), fold_name(original.get(info.name, info.name))}
        if info.pii in _KINDS and not spellings & decided:
            yield _hit(info)


def _hit(info: ColumnDeduction) -> Hit:
    kind = _KINDS[info.pii or ""]
    allow = f"If it is not personal, set columns: {{{info.name}: {{privacy: allow}}}}."
    if info.privacy == "mask":
        message = f"It seems to hold {kind}, so it is masked (privacy_default: mask)."
        return Hit("fixed", message, [info.name], {"kind": info.pii}, allow)
    return Hit(
        "fixed",
        f"It seems to hold {kind}, so its values are not shown.",
        [info.name],
        {"kind": info.pii},
        f"{allow} If it is, choose mask, hash or drop, or set privacy_default: mask for all columns"
        " that look personal.",
    )


GUARDRAIL = Guardrail("PW510", "Personal values are not shown", "columns", check)
