"""Choose the target: the one that the user set, else the most credible column."""

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    TargetDeduction,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.schema.column_lookup import find_only_column
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.target_candidates import CREDIBLE, Candidate, rank_candidates
from pipeweave_dagster.core.schema.target_requirements import why_not_trainable
from pipeweave_dagster.core.schema.target_task import classes_of, deduce_task, positive_class


def deduce_target(
    columns: list[ColumnDeduction],
    profiles: dict[str, ColumnProfile],
    snapshot: DatasetSnapshot,
    settings: DatasetSettings,
) -> TargetDeduction:
    """Return the target, its task, classes and positive class.

    Args:
        columns: Type and role of every column.
        profiles: Profile of every column, by name.
        snapshot: The table.
        settings: User settings.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the settings name a target, task or positive class
            that the data do not have.
    """
    ranked = rank_candidates(columns, profiles, snapshot)
    candidates = [candidate.name for candidate in ranked[:5]]
    if settings.target is not None:
        name, note = find_only_column(settings.target, snapshot, "The target", settings)
        reason = note or f"{name!r} is set as the target."
        return _describe(profiles[name], settings, 1.0, "settings", reason, candidates)
    if not ranked or ranked[0].score < CREDIBLE:
        return TargetDeduction(
            name=None,
            task=None,
            confidence=0.0,
            source="none",
            reason="No column is a plausible target by its name, position and values.",
            candidates=candidates,
        )
    best = _most_credible_trainable(ranked, profiles) or ranked[0]
    second = max((c.score for c in ranked if c is not best), default=0.0)
    lead = max(0.0, best.score - max(0.0, second)) / best.score
    confidence = round(min(0.95, best.score * (0.6 + 0.4 * lead)), 2)
    why = _why(best, profiles[best.name])
    reason = f"No target is set; {best.name!r} is suggested, because {why}."
    return _describe(profiles[best.name], settings, confidence, "deduced", reason, candidates)


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
    profile: ColumnProfile,
    settings: DatasetSettings,
    confidence: float,
    source: str,
    reason: str,
    candidates: list[str],
) -> TargetDeduction:
    task, why, question = deduce_task(profile)
    if settings.task is not None:
        task, why, question = settings.task, f"The task is set to {settings.task}.", None
        if task == "binary" and profile.distinct > 2:
            raise validation_error(
                f"The target {profile.name!r} has {profile.distinct} distinct values, but a binary "
                "task has two.",
                fix="Set task: multiclass, or choose another target.",
            )
    classes = classes_of(profile) if task in {"binary", "multiclass"} else []
    positive = positive_class(classes, profile, settings.positive) if task == "binary" else None
    return TargetDeduction(
        name=profile.name,
        task=task,
        positive=positive,
        classes=classes,
        confidence=confidence,
        source=source,
        reason=f"{reason} {why}",
        candidates=[c for c in candidates if c != profile.name],
        question=question,
    )
