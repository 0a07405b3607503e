"""Notes that follow from the scores alone, the same after scoring and after all other parts."""

from pipeweave_dagster.core.documents import Evaluation, PipelineSpec, TrainedModel
from pipeweave_dagster.core.evaluation.evaluation_notes import limit_notes
from pipeweave_dagster.core.evaluation.other_rows import for_other_rows
from pipeweave_dagster.core.evaluation.unpredicted import few_rows_note, unpredicted_note
from pipeweave_dagster.core.metrics.scored_test import ScoredTest


def score_notes(
    evaluation: Evaluation, trained: TrainedModel, spec: PipelineSpec, scored: ScoredTest
) -> list[str]:
    """Return what the interval of the metric is about, what limits scores, and rare classes.

    Args:
        evaluation: With its scores.
        trained: The evaluated model.
        spec: Its pipeline.
        scored: Its test rows.
    """
    of_folds = ""
    if evaluation.test_rows_alone is not None:
        alone, clusters = evaluation.test_rows_alone, evaluation.clusters
        _, of_folds = for_other_rows(alone, trained, spec, clusters)
    limits = limit_notes(scored, spec, trained.metric)
    by_class = evaluation.by_class
    notes = (of_folds, *limits, few_rows_note(by_class), unpredicted_note(trained, by_class))
    return [note for note in notes if note]
