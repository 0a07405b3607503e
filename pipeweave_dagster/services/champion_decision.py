"""Compare a model with the champion, and decide its alias by the rules of `core.evaluation`."""

from typing import NamedTuple

from pipeweave_dagster.core.counted import quoted_names
from pipeweave_dagster.core.documents import Comparison, DatasetSnapshot, Evaluation, TrainedModel
from pipeweave_dagster.core.evaluation import Promotion, compare, promote
from pipeweave_dagster.core.evaluation.model_changes import changes_from
from pipeweave_dagster.services.champion import Registered, find_champion
from pipeweave_dagster.services.model_versions import table_of
from pipeweave_dagster.services.privacy_key import why_unreadable
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.settings_of_features import dropped_features
from pipeweave_dagster.services.tie_decision import STAYS, UNKNOWN, Origin, if_equal
from pipeweave_dagster.services.workbench import Workbench


def compare_with_champion(
    workbench: Workbench,
    dataset: str,
    trained: TrainedModel,
    snapshot: DatasetSnapshot | None = None,
) -> Comparison | None:
    """Compare by a paired test on rows that neither learned from; None without other champion.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        trained: The model.
        snapshot: The table that it was trained with; None if it was not kept.
    """
    champion = find_champion(workbench, dataset).current
    if champion is None or champion.link.model_version == own_version(trained):
        return None
    store, theirs = workbench.store, champion.trained
    before = table_of(store, dataset, champion.link.model_version)
    return workbench.on_model(
        compare,
        trained=trained,
        test_rows=store.payload(trained.test_rows),
        champion=theirs,
        champion_rows=store.payload(theirs.test_rows),
        other=name_of_champion(champion.link.model_version),
        table=store.payload(snapshot.data) if snapshot else None,
        champion_table=store.payload(before.data) if before else None,
        champion_model=store.payload(theirs.evaluated or theirs.model),
    )


class Rival(NamedTuple):
    """What a version has to beat.

    Attributes:
        champion: None if there is none, or if it is the version itself.
        note: Where the registry has a champion that is not in this storage: a sentence about it.
        replaced: Why the version replaces the champion whatever the scores: a sentence.
    """

    champion: Registered | None
    note: str = ""
    replaced: str = ""


def rival_of(workbench: Workbench, dataset: str, trained: TrainedModel) -> Rival:
    """Return the champion that a version would replace."""
    found = find_champion(workbench, dataset)
    champion = found.current
    if champion is None or champion.link.model_version == own_version(trained):
        return Rival(None, found.note)
    return Rival(champion, found.note, why_replaced(workbench, dataset, champion, trained))


def decide(
    workbench: Workbench,
    dataset: str,
    trained: TrainedModel,
    evaluation: Evaluation,
    origin: Origin = UNKNOWN,
    rival: Rival | None = None,
) -> Promotion:
    """Decide the alias by comparison with the current champion, if that is another version."""
    rival = rival or rival_of(workbench, dataset, trained)
    champion, own = rival.champion, own_version(trained)
    if champion is None:
        decision = promote(evaluation, None)
        reason = f"{decision.reason} {rival.note}".strip()
        return decision.model_copy(update={"reason": reason})
    if evaluation.comparison is None:
        changes = changes_from(champion.trained, trained)
        uncompared = Comparison(
            other="champion",
            rows=0,
            verdict="not compared",
            changes=changes.sentences,
            obstacle=changes.obstacle,
        )
        evaluation = evaluation.model_copy(update={"comparison": uncompared})
    tie = if_equal(workbench.store, dataset, champion, trained, origin)
    decision = promote(evaluation, champion.evaluation, tie, rival.replaced)
    if decision.alias != "challenger" or origin.asked:  # who asks for it knows the command
        return decision
    force = "" if STAYS in decision.reason else " --force --reason TEXT"
    command = f"pipeweave models promote {dataset} --version {own}{force}"
    reason = f"{decision.reason} '{command}' makes it the champion all the same."
    return decision.model_copy(update={"reason": reason})


def why_replaced(
    workbench: Workbench, dataset: str, champion: Registered, trained: TrainedModel
) -> str:
    """Return why another model replaces the champion whatever the scores; empty if it does not.

    It does if only the champion cannot predict any more, or if only the champion has learned from a
    column that the settings drop now: its scores depend on that column, which may be a leak.
    """
    given, settings = settings_of(workbench.store, dataset), workbench.settings
    reason = why_unreadable(settings, given, champion.trained)
    if reason and not why_unreadable(settings, given, trained):
        return f"The champion CANNOT PREDICT any more: {reason}."
    dropped = dropped_features(given, champion.trained)
    if dropped and not dropped_features(given, trained):
        return f"The champion uses {quoted_names(dropped)}, which the settings drop now."
    return ""


def name_of_champion(version: str | None) -> str:
    """Return how a comparison names the champion that it was made with."""
    return f"champion, version {version}"


def own_version(trained: TrainedModel) -> str | None:
    """Return the registered version of a model; None if it was not registered."""
    return trained.mlflow.model_version if trained.mlflow else None
