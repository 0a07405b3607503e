"""The values of a target of classes: which texts are no value, and how each class is spelled."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeweave_dagster.core.columns.value_corrections import normalise_spelling
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import ColumnSetting, SnapshotColumn
from pipeweave_dagster.core.model.null_tokens import is_never_a_category
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

_TOP = 50
_MAX_VALUES = 20_000
_SHOWN = 5


@dataclass(frozen=True)
class TargetValues:
    """The target as classes.

    Attributes:
        profile: Its profile without texts that stand for no value; spellings that the settings
            merge count as one value.
        labels: The label of each stored value (as text) that is predicted under another.
        missing: Texts that stand for no value.
        notes: What a user should know about both.
    """

    profile: ColumnProfile
    labels: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def target_values(
    profile: ColumnProfile, column: SnapshotColumn, data: Path, setting: ColumnSetting | None
) -> TargetValues:
    """Return the classes of a target.

    Texts such as `NA` and `?` are no class, unless nothing but one class would be left, or the
    settings list other texts under `missing`.

    Args:
        profile: Profile of the column.
        column: Its entry in the snapshot, with the spellings of typed values.
        data: The typed table (Parquet).
        setting: What the user set for the column.
    """
    if profile.storage != "text":
        return _typed(profile, column, set(setting.missing) if setting is not None else set())
    if not 1 < profile.distinct <= _MAX_VALUES:
        return TargetValues(profile)
    counts = _counts(data, column.name)
    given = set(setting.missing) if setting is not None else set()
    missing = {t: n for t, n in counts.items() if (t in given if given else is_never_a_category(t))}
    if not given and len(counts) - len(missing) < min(2, len(counts)):
        missing = {}
    kept = Counter({text: n for text, n in counts.items() if text not in missing})
    labels: dict[str, str] = {}
    notes = [] if given or not missing else [_missing_note(profile.name, missing)]
    if setting is not None and setting.merge_spellings:
        labels = _merged(kept)
        notes += _merge_notes(profile.name, labels, kept)
        kept = _renamed(kept, labels)
    if not missing and not labels:
        return TargetValues(profile, notes=notes)
    top = dict(sorted(kept.items(), key=lambda item: (-item[1], item[0]))[:_TOP])
    changed = replace(
        profile,
        missing=profile.rows - sum(kept.values()),
        distinct=len(kept),
        top=top,
    )
    return TargetValues(changed, labels, sorted(missing), notes)


def _typed(profile: ColumnProfile, column: SnapshotColumn, given: set[str]) -> TargetValues:
    own = {value: given & {value, *column.spellings.get(value, {})} for value in profile.top}
    missing = sorted(value for value, found in own.items() if found)
    labels: dict[str, str] = {}
    notes: list[str] = []
    for value, texts in column.spellings.items():
        if value in missing:
            continue
        label = next(iter(texts))
        if label != value:
            labels[value] = label
        if len(texts) > 1:
            shown = " and ".join(
                f"`{text[:40]}` ({counted(n, 'row')})" for text, n in texts.items()
            )
            notes.append(
                f"{profile.name}: a class is written {shown}; predicted as `{label[:40]}`."
            )
    if len(notes) > _SHOWN:
        more = counted(len(notes) - _SHOWN, "more class")
        are = "is" if len(notes) == _SHOWN + 1 else "are"
        notes = [*notes[:_SHOWN], f"{profile.name}: and so {are} {more}."]
    return TargetValues(_without(profile, missing), labels, missing, notes)


def _without(profile: ColumnProfile, missing: list[str]) -> ColumnProfile:
    """Return the profile of a typed column without some of its most frequent values."""
    if not missing or profile.distinct > len(profile.top):
        return profile
    top = {text: n for text, n in profile.top.items() if text not in missing}
    number = profile.storage in {"integer", "number"} and top
    ends = [float(text) for text in top] if number else []
    return replace(
        profile,
        missing=profile.rows - sum(top.values()),
        distinct=len(top),
        top=top,
        low=min(ends) if ends else profile.low,
        high=max(ends) if ends else profile.high,
    )


def _counts(data: Path, name: str) -> Counter[str]:
    from pipeweave_dagster.core.columns.parquet_columns import ParquetColumns

    counted = ParquetColumns(data).read(name).drop_null().value_counts()
    texts, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return Counter(dict(zip(map(str, texts), counts, strict=True)))


def _merged(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the most frequent spelling of each text that is spelled otherwise."""
    variants: dict[str, list[str]] = defaultdict(list)
    for text in counts:
        variants[normalise_spelling(text)].append(text)
    labels: dict[str, str] = {}
    for texts in variants.values():
        best = min(texts, key=lambda text: (-counts[text], text))
        labels |= {text: best for text in texts if text != best}
    return labels


def _renamed(counts: Counter[str], labels: Mapping[str, str]) -> Counter[str]:
    renamed: Counter[str] = Counter()
    for text, count in counts.items():
        renamed[labels.get(text, text)] += count
    return renamed


def _missing_note(name: str, missing: Mapping[str, int]) -> str:
    shown = ", ".join(
        f"{text!r} ({counted(n, 'row')})" for text, n in list(missing.items())[:_SHOWN]
    )
    return (
        f"{name}: {shown} read as missing, not as a class. If one is a class, list what is missing "
        "under `columns: {NAME: {missing: [TEXT]}}`."
    )


def _merge_notes(name: str, labels: Mapping[str, str], counts: Mapping[str, int]) -> list[str]:
    if not labels:
        return []
    rows = sum(counts[text] for text in labels)
    shown = ", ".join(f"{text!r} as {label!r}" for text, label in list(labels.items())[:_SHOWN])
    return [f"{name}: spellings of a class are merged ({counted(rows, 'row')}): {shown}."]
