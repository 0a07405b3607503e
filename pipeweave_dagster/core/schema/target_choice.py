"""Which column may be the one to predict, and whether that is a number or a class."""

import math

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    TargetDeduction,
    Task,
)
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.target_candidates import CREDIBLE, Candidate, candidates
from pipeweave_dagster.core.schema.target_requirements import why_not_trainable
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

_POSITIVE = (
    "yes",
    "true",
    "1",
    "y",
    "t",
    "positive",
    "pos",
    "malignant",
    "churned",
    "spam",
    "bad",
    "fraud",
)
_FEW_CLASSES = 10
_SOME_CLASSES = 30


def find_column(name: str, snapshot: DatasetSnapshot, what: str) -> tuple[str, str | None]:
    """The column that a person named, and a note if it is spelled otherwise.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if there is none, or several differ only in case.
    """
    names = [c.name for c in snapshot.columns]
    if name in names:
        return name, None
    exact = [c.name for c in snapshot.columns if c.original_name == name]
    if len(exact) == 1:
        return exact[0], f"{what} {name!r} is the column {exact[0]!r}."
    plain = _plain(name)
    near = [c.name for c in snapshot.columns if plain in {_plain(c.name), _plain(c.original_name)}]
    if len(near) == 1:
        return near[0], f"{what} {name!r} was taken to be the column {near[0]!r}."
    raise _no_column(name, names, what)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _no_column(name: str, names: list[str], what: str) -> PipeWeaveError:
    near = nearest_names(name, names, count=5, cutoff=0.5)
    hint = did_you_mean(near)
    if len(names) <= 20:
        hint += f" The columns are: {', '.join(names)}."
    return validation_error(
        f"{what} {name!r} is no column of the data.",
        fix=hint.strip() or "See `pipeweave schema` for the columns.",
        nearest=near,
        columns=names[:100],
    )


def deduce_target(
    columns: list[ColumnDeduction],
    profiles: dict[str, ColumnProfile],
    snapshot: DatasetSnapshot,
    settings: DatasetSettings,
) -> TargetDeduction:
    """The target that a person named, else the most credible one; task, classes, positive class."""
    ranked = candidates(columns, profiles, snapshot)
    others = [candidate.name for candidate in ranked[:5]]
    if settings.target is not None:
        name, note = find_column(settings.target, snapshot, "The target")
        reason = note or f"{name!r} was given as the target."
        return _described(profiles[name], settings, 1.0, "settings", reason, others)
    if not ranked or ranked[0].score < CREDIBLE:
        return TargetDeduction(
            name=None,
            task=None,
            confidence=0.0,
            source="none",
            reason="No column is a plausible target by its name, position and values.",
            candidates=others,
        )
    best = _trainable(ranked, profiles) or ranked[0]
    second = max((c.score for c in ranked if c is not best), default=0.0)
    lead = max(0.0, best.score - max(0.0, second)) / best.score
    confidence = round(min(0.95, best.score * (0.6 + 0.4 * lead)), 2)
    reason = f"{best.name!r} was not given but suggested: {_why(best, profiles[best.name])}."
    return _described(profiles[best.name], settings, confidence, "deduced", reason, others)


def _trainable(ranked: list[Candidate], profiles: dict[str, ColumnProfile]) -> Candidate | None:
    """The most credible candidate that a model can be trained of, if any is credible at all."""
    for candidate in ranked:
        profile = profiles[candidate.name]
        if candidate.score < CREDIBLE:
            return None
        if why_not_trainable(profile, deduce_task(profile)[0]) is None:
            return candidate
    return None


def _why(best: Candidate, profile: ColumnProfile) -> str:
    signs = " and ".join(best.reasons) or "its values fit best"
    hindrance = why_not_trainable(profile, deduce_task(profile)[0])
    return f"{signs}. It cannot be trained yet: {hindrance}" if hindrance else signs


def _described(
    profile: ColumnProfile,
    settings: DatasetSettings,
    confidence: float,
    source: str,
    reason: str,
    candidates: list[str],
) -> TargetDeduction:
    task, why, question = deduce_task(profile)
    if settings.task is not None:
        task, why, question = settings.task, f"The task {settings.task} was given.", None
        if task == "binary" and profile.distinct > 2:
            raise validation_error(
                f"The target {profile.name!r} has {profile.distinct} values; binary means two.",
                fix="Set task: multiclass, or choose another target.",
            )
    classes = _classes(profile) if task in {"binary", "multiclass"} else []
    return TargetDeduction(
        name=profile.name,
        task=task,
        positive=_positive(classes, profile, settings) if task == "binary" else None,
        classes=classes,
        confidence=confidence,
        source=source,
        reason=f"{reason} {why}",
        candidates=[c for c in candidates if c != profile.name],
        question=question,
    )


def deduce_task(profile: ColumnProfile) -> tuple[Task | None, str, str | None]:
    """Task, reason, and a question where whole numbers may be amounts or classes."""
    name, distinct = profile.name, profile.distinct
    if distinct < 2:
        return (
            None,
            f"{name!r} has {distinct} different values, so there is nothing to learn.",
            None,
        )
    if distinct == 2:
        return "binary", "It has two values.", None
    if profile.storage in {"date", "datetime", "time"}:
        return None, "It is a point in time, which no task of PipeWeave predicts.", None
    if profile.storage in {"text", "boolean"}:
        few = distinct <= 0.5 * profile.filled
        more = "" if few else " Most occur only once, which no model can learn."
        return "multiclass", f"It has {distinct} different texts.{more}", None
    if not profile.whole:
        return "regression", "Its values are numbers with fractions.", None
    return _whole_task(profile)


def _whole_task(profile: ColumnProfile) -> tuple[Task, str, str | None]:
    low, high, distinct = profile.low or 0.0, profile.high or 0.0, profile.distinct
    compact = high - low + 1 <= 2 * distinct and abs(high) < 1000
    ask = f"Is {profile.name!r} an amount (regression) or a code for classes?"
    if distinct <= _FEW_CLASSES and compact:
        return "multiclass", f"It has {distinct} whole numbers, which were taken for classes.", ask
    if distinct <= _SOME_CLASSES:
        return "regression", f"It has {distinct} whole numbers, which were taken for amounts.", ask
    return "regression", f"It has {distinct} different whole numbers.", None


def _classes(profile: ColumnProfile) -> list[str]:
    """The labels in order; numbers by value. Very many classes are cut to the commonest ones."""
    labels = list(profile.top)
    if profile.storage in {"integer", "number"}:
        return sorted(labels, key=lambda v: (float(v) if not math.isnan(float(v)) else 0.0, v))
    return sorted(labels)


def _positive(classes: list[str], profile: ColumnProfile, settings: DatasetSettings) -> str | None:
    """The class that a binary model speaks of: as given, by its name, else the rarer one."""
    if settings.positive is not None:
        for label in classes:
            if _plain(label) == _plain(settings.positive):
                return label
        raise validation_error(
            f"The positive class {settings.positive!r} is no value of {profile.name!r}.",
            fix=f"Choose one of: {', '.join(repr(c) for c in classes[:20])}.",
            classes=classes[:20],
        )
    if sorted(classes) not in (["0", "1"], ["-1", "1"]):
        words = [w for w in _POSITIVE if w != "1"]
    else:
        words = ["1"]
    for word in words:
        for label in classes:
            if label.casefold() == word:
                return label
    return min(classes, key=lambda c: (profile.top[c], c), default=None)
