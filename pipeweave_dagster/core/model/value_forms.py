"""Choose in which forms the values of a batch are written, once per column and file.

A *form* is a value parser as plain data: `pattern` (regex of the whole text), `value` (expression,
see `value_expressions`), `name`, and `convention` (such as `day first`; empty if the form has
none). The first form of a column is that of the training data. Other forms are tried only if that
one leaves values unread. Standard library only: the source is copied beside exported and registered
models.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pipeweave_dagster.core.model.value_expressions import compiled, full_match

MOST_TEXTS = 1000
"""Distinct texts of a column, most frequent first, from which its forms are chosen."""
_FIRST_TEXTS = 20
_MOST_FORMS = 4
_ANY_MARK, _BLANKS = "thousands ' '", " \u00a0\u2009\u202f'\u2018\u2019\u02bc"
"""The form of numbers with any blank between thousands, if any, and either decimal mark."""
_OPPOSITE = {
    "day first": "month first",
    "month first": "day first",
    "decimal comma": "decimal point",
    "decimal point": "decimal comma",
}


class ColumnTexts(NamedTuple):
    """What the choice of a column's forms is made from.

    Attributes:
        forms: The forms: that of the training data, others that it is read with, and all that the
            training reader knows for the type.
        primary: How many of them are read without a choice.
        texts: Distinct texts with counts, missing words left out.
        unread: All that the primary forms do not read, with counts, the most frequent first.
    """

    forms: Sequence[dict[str, Any]]
    primary: int
    texts: Mapping[str, int]
    unread: Mapping[str, int]

    @classmethod
    def of(
        cls,
        forms: Sequence[dict[str, Any]],
        primary: int,
        counted: Mapping[str, int],
        unread: Sequence[tuple[str, int]],
    ) -> "ColumnTexts":
        """Return the texts of a column: the most frequent, and the most frequent unread ones."""
        texts = dict(counted) | dict(unread[:MOST_TEXTS])
        return cls(forms, primary, texts, dict(unread))


def read_text(form: dict[str, Any], text: str) -> Any:
    """Return the value of a text in a form; None if it is not in that form.

    Example:
        >>> read_text({"pattern": "[0-9]+", "value": ["integer", ["v"]]}, "42")
        42
    """
    if not full_match(text, form["pattern"]):
        return None
    if "read" not in form:
        form["read"] = compiled(form["value"])
    value = form["read"](text)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def choose_forms(columns: Mapping[str, ColumnTexts]) -> dict[str, list[int]]:
    """Return the forms of each column by number, the first that reads a text counts.

    A column is written in the form that reads most of its values, and the rest in further forms
    that do not contradict it: in one column, dates are either day first or month first. Columns
    that may be read either way follow those that prove a convention, if all of these agree.
    """
    chosen = {name: _chosen(column) for name, column in columns.items() if column.unread}
    proofs = {name: _proof(columns[name], forms[0]) for name, forms in chosen.items()}
    for ours, theirs in (("day first", "month first"), ("decimal point", "decimal comma")):
        kind = {n: c for n, c in columns.items() if _convention(c, 0) in (ours, theirs)}
        changed = {p for n, p in proofs.items() if n in kind and p and p != _convention(kind[n], 0)}
        if len(changed) != 1:
            continue
        proven = {_proof(c, chosen.get(n, [0])[0]) for n, c in kind.items()} - {""}
        if proven == changed:
            (convention,) = changed
            follow = {n: c for n, c in kind.items() if _follows(c, chosen.get(n), convention)}
            chosen |= {n: _chosen(c, convention) for n, c in follow.items()}
    return {n: f for n, f in chosen.items() if any(k >= columns[n].primary for k in f)}


def _convention(column: ColumnTexts, number: int) -> str:
    return str(column.forms[number].get("convention", ""))


def _chosen(column: ColumnTexts, convention: str = "") -> list[int]:
    """Return the forms that read most of the texts, without a contradiction."""
    candidates = _candidates(column, convention)
    chain: list[int] = []
    left = dict(column.texts)
    while left and len(chain) < _MOST_FORMS:
        rows = {k: _rows(column.forms[k], left) for k in candidates if k not in chain}
        best = max(rows, key=lambda k: (rows[k], -k), default=None)
        if best is None or rows[best] == 0:
            break
        chain.append(best)
        left = {t: n for t, n in left.items() if read_text(column.forms[best], t) is None}
        convention = convention or _convention(column, best)
        candidates = [k for k in candidates if _fits(column, k, convention)]
    # Values beyond the most frequent ones may need what is read without a choice.
    primary = [k for k in range(column.primary) if k not in chain]
    return chain + [k for k in primary if _fits(column, k, convention)]


def _candidates(column: ColumnTexts, convention: str = "") -> list[int]:
    """Return the primary forms, and others that read one of the texts to look at first."""
    looked = [*list(column.unread)[:_FIRST_TEXTS], *list(column.texts)[:_FIRST_TEXTS]]
    return [
        k
        for k, form in enumerate(column.forms)
        if _fits(column, k, convention)
        and (k < column.primary or any(read_text(form, text) is not None for text in looked))
    ]


def _fits(column: ColumnTexts, number: int, convention: str) -> bool:
    return not convention or _convention(column, number) in ("", convention)


def _rows(form: dict[str, Any], texts: Mapping[str, int]) -> int:
    return sum(n for text, n in texts.items() if read_text(form, text) is not None)


def _proof(column: ColumnTexts, number: int) -> str:
    """Return the convention that the texts prove: a form reads more of them than any opposite."""
    convention = _convention(column, number)
    if not convention:
        return ""
    opposite = [k for k in _candidates(column, _OPPOSITE[convention]) if _convention(column, k)]
    most = max((_rows(column.forms[k], column.texts) for k in opposite), default=0)
    return convention if _rows(column.forms[number], column.texts) > most else ""


def _follows(column: ColumnTexts, forms: list[int] | None, convention: str) -> bool:
    """Return whether a column is read in the other convention, and may be read in this one."""
    number = forms[0] if forms else 0
    return _convention(column, number) == _OPPOSITE[convention] and not _proof(column, number)


def form_note(name: str, column: ColumnTexts, forms: Sequence[int]) -> str:
    """Return what the user should know of a column that is not in the form of the training data."""
    first, usual = column.forms[forms[0]], column.forms[0]
    convention = first.get("convention")
    if forms[0] == 0:
        others = [k for k in forms if k >= column.primary]
        read = ", ".join(_shown_name(column, k) for k in others)
        read = f"these alone are read as {read}"
    else:
        read = f"the whole column is read as {_shown_name(column, forms[0])}"
        if convention and usual.get("convention") == _OPPOSITE[convention]:
            read += f" ({convention}, against the training data)"
    count = sum(column.unread.values())
    if not count:
        return f"{name}: {read}, like other columns of the batch."
    values = "1 value is" if count == 1 else f"{count:,} values are"
    return f"{name}: {values} not written as in the training data ({usual['name']}), so {read}."


def _shown_name(column: ColumnTexts, number: int) -> str:
    """Return the name of a form, or of what its texts have: blanks only where one occurs."""
    name = str(column.forms[number]["name"])
    blanks = any(character in text for text in column.texts for character in _BLANKS)
    either = name == _ANY_MARK and not blanks
    return "numbers with a decimal point or a decimal comma" if either else name


def mismatch_note(name: str, type_: str, texts: Iterable[tuple[str, int]]) -> str:
    """Return the note on values that are set to missing."""
    values = list(texts)
    count = sum(n for _, n in values)
    examples = ", ".join(repr(text[:40]) for text, _ in values[:3])
    return (
        f"{name}: {count:,} value{'s' if count != 1 else ''} not of the training type {type_}, set"
        f" to missing: {examples}."
    )
