"""Choose the target: the one that the user set, else the most credible column."""

from pathlib import Path
from typing import Literal

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    TargetDeduction,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.schema.column_lookup import find_only_column
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.no_target import none_is_wanted
from pipeweave_dagster.core.schema.target_candidates import CREDIBLE, Candidate, rank_candidates
from pipeweave_dagster.core.schema.target_requirements import why_not_trainable
from pipeweave_dagster.core.schema.target_task import classes_of, deduce_task, positive_class
from pipeweave_dagster.core.schema.target_values import TargetValues, target_values


def deduce_target(
    columns: list[ColumnDeduction],
    profiles: dict[str, ColumnProfile],
    snapshot: DatasetSnapshot,
    settings: DatasetSettings,
    data: Path,
) -> tuple[TargetDeduction, list[str]]:
    """Return the target, its task, classes and positive class; and notes on its values.

    Args:
        columns: Type and role of every column.
        profiles: Profile of every column, by name.
        snapshot: The table.
        settings: User settings.
        data: The typed table (Parquet).

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the settings name a target, task or positive class
            that the data do not have.
    """
    ranked = rank_candidates(columns, profiles, snapshot)
    candidates = [candidate.name for candidate in ranked[:5]]
    if none_is_wanted(settings, snapshot):
        return _nothing("settings", "No target is wanted: target: none is set.", candidates), []
    if settings.target is not None:
        name, note = find_only_column(settings.target, snapshot, "The target", settings)
        reason = note or f"{name!r} is set as the target."
        values = _values(profiles[name], snapshot, data, settings)
        target = _describe(values, settings, 1.0, "settings", reason, candidates)
        return target, values.notes if target.classes else []
    if not ranked or ranked[0].score < CREDIBLE:
        reason = "No column is a plausible target by its name, position and values."
        return _nothing("none", reason, candidates), []
    best = _most_credible_trainable(ranked, profiles) or ranked[0]
    second = max((c.score for c in ranked if c is not best), default=0.0)
    lead = max(0.0, best.score - max(0.0, second)) / best.score
    confidence = round(min(0.95, best.score * (0.6 + 0.4 * lead)), 2)
    why = _why(best, profiles[best.name])
    reason = f"No target is set; {best.name!r} is suggested, because {why}."
    values = _values(profiles[best.name], snapshot, data, settings)
    target = _describe(values, settings, confidence, "deduced", reason, candidates)
    return target, values.notes if target.classes else []


def _nothing(
    source: Literal["settings", "none"], reason: str, candidates: list[str]
) -> TargetDeduction:
    return TargetDeduction(
        name=None, task=None, confidence=0.0, source=source, reason=reason, candidates=candidates
    )


def _values(
    profile: ColumnProfile, snapshot: DatasetSnapshot, data: Path, settings: DatasetSettings
) -> TargetValues:
    column = next(c for c in snapshot.columns if c.name == profile.name)
    if settings.task == "regression":
        return TargetValues(profile)
    return target_values(profile, column, data, settings.columns.get(profile.name))


def _most_credible_trainable(
    ranked: list[Candidate], profiles: dict[str, ColumnProfile]
) -> Candidate | None:
    """Return the best credible candidate for which a model can be trained, if any."""
    for candidate in ranked:
        profile = profiles[candidate.name]
        if candidate.score < CREDIBLE:
            return None
        if why_not_trainable(profile, deduce_task(profile)[0]) is None:
            return candidate
    return None


def _why(best: Candidate, profile: ColumnProfile) -> str:
    reasons = " and ".join(best.reasons) or "its values fit best"
    obstacle = why_not_trainable(profile, deduce_task(profile)[0])
    return f"{reasons}. It cannot be trained yet: {obstacle}" if obstacle else reasons


def _describe(
    values: TargetValues,
    settings: DatasetSettings,
    confidence: float,
    source: str,
    reason: str,
    candidates: list[str],
) -> TargetDeduction:
    profile = values.profile
    task, why, question = deduce_task(profile)
    if settings.task is not None:
        task, why, question = settings.task, f"The task is set to {settings.task}.", None
        if task == "binary" and profile.distinct > 2:
            raise validation_error(
                f"The target {profile.name!r} has {profile.distinct} distinct values, but a binary "
                "task has two.",
                fix="Set task: multiclass, or choose another target.",
            )
    labels = values.labels if task in {"binary", "multiclass"} else {}
    classes = classes_of(profile) if task in {"binary", "multiclass"} else []
    positive = None
    if task == "binary":
        positive = positive_class(classes, profile, settings.positive, labels)
    return TargetDeduction(
        name=profile.name,
        task=task,
        positive=labels.get(positive or "", positive),
        classes=[labels.get(name, name) for name in classes],
        confidence=confidence,
        source=source,
        reason=f"{reason} {why}",
        candidates=[c for c in candidates if c != profile.name],
        question=question,
        labels=labels,
        missing=values.missing,
    )
