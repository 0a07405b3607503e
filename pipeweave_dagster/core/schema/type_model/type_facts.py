"""The facts of a column that decided its type, in plain words."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.schema.type_model.features import Evidence, feature_groups
from pipeweave_dagster.core.schema.type_model.forests import CLASSES, Floats
from pipeweave_dagster.core.schema.type_model.name_ngrams import words_of
from pipeweave_dagster.core.schema.type_model.name_words import is_common
from pipeweave_dagster.core.schema.type_model.sample_ngrams import character_pattern

_FACTS = 3
_SHOWN_TEXT = 24
_CONTEXT = 6
_A_PHRASE = 3
"""From so many words on, the form of a text says less than its length."""


def group_of_features() -> list[str]:
    """Return the group of each input of the forests, in their order."""
    classes = len(CLASSES)
    return [
        *feature_groups(),
        *["name"] * classes,
        *["neighbours"] * (2 * classes + _CONTEXT),
        *["values"] * classes,
    ]


def stems_of(columns: Sequence[Evidence]) -> Counter[str]:
    """Return how many columns of a table share each stem of a name."""
    return Counter(_stem(column.name) for column in columns)


def deciding_facts(
    columns: Sequence[Evidence],
    place: int,
    contributions: Floats | NDArray[np.float64],
    stems: Counter[str],
) -> list[str]:
    """Return up to three facts of a column that contributed most to its type, the first the most.

    Args:
        columns: All columns of the table.
        place: Index of the column.
        contributions: What each input of the forests added to the log-odds of the type.
        stems: How many columns share each stem of a name, from `stems_of`.
    """
    sums: dict[str, float] = {}
    for group, value in zip(group_of_features(), contributions.tolist(), strict=True):
        sums[group] = sums.get(group, 0.0) + value
    strongest = sorted((g for g in sums if sums[g] > 0), key=lambda g: -sums[g])[:_FACTS]
    return [_fact(group, columns, place, stems) for group in strongest]


def _fact(group: str, columns: Sequence[Evidence], place: int, stems: Counter[str]) -> str:
    column = columns[place]
    if group == "neighbours":
        return _neighbour_fact(columns, place, stems)
    tell: dict[str, Callable[[Evidence], str]] = {
        "name": _name_fact,
        "distinct": _distinct_fact,
        "missing": _missing_fact,
        "numbers": _number_fact,
        "values": _form_fact,
        "rows": lambda e: f"the table has {e.rows:,} rows",
    }
    return tell[group](column)


def _distinct_fact(column: Evidence) -> str:
    filled = column.rows - column.missing
    percent = 100 * column.distinct / max(1, filled)
    share = f"{percent:.0f}%" if percent >= 10 else f"{percent:.2g}%"
    rows = counted(filled, "row")
    return f"{counted(column.distinct, 'distinct value')} in {rows} with a value ({share})"


def _missing_fact(column: Evidence) -> str:
    share = column.missing / max(1, column.rows)
    return f"{share:.1%} of its values are missing" if column.missing else "no value is missing"


def _form_fact(column: Evidence) -> str:
    """Return the forms of the samples: values are not shown, since rare ones may be personal."""
    words = sum(len(text.split()) for text in column.samples) / max(1, len(column.samples))
    if words >= _A_PHRASE:
        return f"its values have {words:.2g} words on average"
    forms = list(dict.fromkeys(_form(text) for text in column.samples if text.strip()))
    if not forms:
        return "it has no value"
    shown = " and ".join(forms[:2])
    return f"its values have the form{'s' * (len(forms) > 1)} {shown}{_legend(''.join(forms[:2]))}"


def _legend(forms: str) -> str:
    """Return what the characters of forms stand for.

    Example:
        >>> _legend("A99"), _legend("--")
        (' (A: a capital, 9: a digit)', '')
    """
    words = {"A": "a capital", "a": "a small letter", "9": "a digit"}
    known = [f"{character}: {what}" for character, what in words.items() if character in forms]
    return f" ({', '.join(known)})" if known else ""


def _form(text: str) -> str:
    """Return a text with A for upper case, a for lower case and 9 for digits, runs shortened."""
    pattern = re.sub(r"[^ -~]", "a", character_pattern(text))
    return re.sub(r"(.)\1{2,}", r"\1\1…", pattern)[:_SHOWN_TEXT]


def _name_fact(column: Evidence) -> str:
    name = column.name
    words = words_of(name)
    common = [word for word in words if len(word) > 1 and is_common(word)]
    shown = f"its name {_shown(name)}"
    if not words:
        return f"{shown} has no letters"
    if not common:
        return f"{shown} has no common word"
    listed = ", ".join(_shown(word) for word in list(dict.fromkeys(common))[:3])
    return f"{shown} has the common word{'s' * (len(set(common)) > 1)} {listed}"


def _number_fact(column: Evidence) -> str:
    if column.std == 0 and column.mean == 0 and column.low == 0 and column.high == 0:
        return "its values are not numbers"
    order = _order(column.samples)
    return f"numbers from {column.low:.10g} to {column.high:.10g}{order}"


def _order(samples: Sequence[str]) -> str:
    try:
        steps = np.diff([float(text) for text in samples])
    except ValueError:
        return ""
    if len(steps) > 1 and (steps == steps[0]).all() and steps[0] != 0:
        return ", the first of which follow each other in equal steps"
    return ", the first of which ascend" if len(steps) > 1 and (steps > 0).all() else ""


def _neighbour_fact(columns: Sequence[Evidence], place: int, stems: Counter[str]) -> str:
    stem = _stem(columns[place].name)
    alike = stems[stem] - 1
    if alike and stem:
        return f"{alike} other column{'s' * (alike > 1)} named alike"
    beside = [columns[at].name for at in (place - 1, place + 1) if 0 <= at < len(columns)]
    if not beside:
        return "it is the only column"
    return f"the column{'s' * (len(beside) > 1)} beside it, {' and '.join(map(_shown, beside))}"


def _stem(name: str) -> str:
    return re.sub(r"[\d\W_]+", "", name.lower())


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    cut = plain[:_SHOWN_TEXT] + "…" * (len(plain) > _SHOWN_TEXT)
    return f"'{cut}'"
