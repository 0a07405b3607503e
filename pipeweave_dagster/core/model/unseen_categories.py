"""Count the values of categories that the model has not learned; it treats them as unknown.

The source is copied beside exported and registered models.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.model.column_values import coded
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.prepare_features import prepare

_NOT_CATEGORIES = {"numeric", "boolean", "date_parts", "text", "derived", "relative"}
_EXAMPLES = 3


class Unseen(NamedTuple):
    """Unseen categories of one column.

    Attributes:
        values: Number of rows that have one.
        texts: The categories with their counts, the most frequent first.
        spelled: The known category that differs from an unseen one in case or leading zeros only.
        rows: Which rows have one.
    """

    values: int
    texts: dict[str, int]
    spelled: dict[str, str]
    rows: np.ndarray = np.zeros(0, dtype=bool)


def known_categories(bundle: dict[str, Any]) -> dict[str, set[str]]:
    """Return the categories of each column that any member of the model has learned."""
    found: dict[str, set[str]] = {e["name"]: set(e["order"]) for e in _entries(bundle, "ordinal")}
    for member in bundle["members"]:
        for _, step, columns in getattr(member["pipeline"][0], "transformers_", ()):
            learned = getattr(step, "categories_", ())
            for name, texts in zip(columns if len(learned) else (), learned, strict=True):
                found.setdefault(name, set()).update(t for t in texts if isinstance(t, str))
    return found


def _entries(bundle: dict[str, Any], use: str | None = None) -> list[FrameEntry]:
    return [
        e for e in bundle["frame"] if (e["use"] == use if use else e["use"] not in _NOT_CATEGORIES)
    ]


def category_columns(frame: list[FrameEntry]) -> list[str]:
    """Return the raw columns that are categories and nothing else, such as part of a feature."""
    others = {e["name"] for e in frame if e["use"] in _NOT_CATEGORIES}
    others |= {name for e in frame for name in e.get("columns", ())}
    names = [e["name"] for e in frame if e["use"] not in _NOT_CATEGORIES]
    return [name for name in names if name not in others and names.count(name) == 1]


def unseen_categories(
    bundle: dict[str, Any], table: pd.DataFrame, known: dict[str, set[str]] | None = None
) -> dict[str, Unseen]:
    """Return the unseen categories of each column that has any.

    Args:
        bundle: The model.
        table: Rows with the types of the training data.
        known: The categories that it has learned, if they are at hand.
    """
    known = known_categories(bundle) if known is None else known
    found = {}
    for entry in _entries(bundle):
        name = entry["name"]
        if name in table.columns and known.get(name):
            rows, counts = _counted_unseen(table[name], entry, known[name])
            if counts:
                spelled = _spelled(counts, known[name])
                found[name] = Unseen(sum(counts.values()), counts, spelled, rows)
    return found


def _counted_unseen(
    values: pd.Series, entry: FrameEntry, known: set[str]
) -> tuple[np.ndarray, dict[str, int]]:
    """Return which rows have an unseen category, and the categories with their counts."""
    codes, uniques = coded(values)
    texts = _category_texts(pd.Series(uniques, name=entry["name"]), entry)
    new = [isinstance(text, str) and text not in known for text in texts]
    if not any(new):
        return np.zeros(len(values), dtype=bool), {}
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
    unseen: dict[str, int] = {}
    for value, text, count, is_new in zip(uniques, texts, counts, new, strict=True):
        # Shown as the data has it, not as the model does, which may merge spellings.
        if is_new and count:
            shown = value if isinstance(value, str) else text
            unseen[shown] = unseen.get(shown, 0) + int(count)
    return np.array([*new, False])[codes], most_frequent_first(unseen)


def most_frequent_first(counts: dict[str, int]) -> dict[str, int]:
    """Return counts in the order in which they are reported."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def merged_unseen(first: Unseen | None, second: Unseen) -> Unseen:
    """Return the unseen categories of two parts of a table, without the rows."""
    if first is None:
        return second._replace(rows=Unseen(0, {}, {}).rows)
    texts = dict(first.texts)
    for text, count in second.texts.items():
        texts[text] = texts.get(text, 0) + count
    return Unseen(
        first.values + second.values, most_frequent_first(texts), first.spelled | second.spelled
    )


def _category_texts(values: pd.Series, entry: FrameEntry) -> list[Any]:
    """Return the categories as the model sees them, before ordinal ones become ranks."""
    plain: FrameEntry = {**entry, "use": "categorical", "parts": []}
    return list(prepare(values.to_frame(), [plain])[entry["name"]])


def _spelled(unseen: Mapping[str, int], known: set[str]) -> dict[str, str]:
    alike = {_plain_category(text): text for text in sorted(known)}
    return {t: alike[k] for t in unseen if (k := _plain_category(t)) in alike}


def _plain_category(text: str) -> str:
    return " ".join(text.casefold().split()).lstrip("0")


def unseen_note(
    name: str, unseen: Unseen, outcome: str = ", treated as unknown", *, hidden: bool = False
) -> str:
    """Return what the user should know of the unseen categories of a column.

    Args:
        name: The column.
        unseen: Its unseen categories.
        outcome: What was done with them.
        hidden: Whether they are not listed, because they are personal data.
    """
    values = counted(unseen.values, "value")
    read = "a category" if unseen.values == 1 else "categories"
    head = f"{name}: {values}, read as {read}, that the model has not learned{outcome}"
    if hidden:
        return f"{head}."
    shown = []
    for text, count in list(unseen.texts.items())[:_EXAMPLES]:
        known = unseen.spelled.get(text)
        hint = "" if known is None else f"; the training data has {known[:40]!r}"
        shown.append(f"{text[:40]!r} ({count:,}{hint})")
    more = len(unseen.texts) - len(shown)
    shown += [f"and {more:,} more"] if more > 0 else []
    return f"{head}: {', '.join(shown)}."
