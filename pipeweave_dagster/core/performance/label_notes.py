"""What a reader must know of the labels that were joined."""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.performance.scored_files import CombinedLabels, MeasuredBatches

_MOST_NAMED = 10


def label_notes(measured: MeasuredBatches, labels: CombinedLabels | None) -> list[str]:
    """Return sentences about labels and rows that could not be used as they are."""
    notes = []
    if measured.without_ids:
        named = ", ".join(measured.without_ids[:_MOST_NAMED])
        notes.append(
            f"The predictions of {counted(len(measured.without_ids), 'batch')} do not have the id "
            f"column, so no labels can be joined: {named}. Score them again from files that have "
            "it."
        )
    if labels is None:
        return notes
    sizes = {
        ("label", "belong to no scored row"): measured.unmatched,
        ("id", "occur in several batches; the label counts for each"): measured.repeated,
        ("id", "have different labels; the newest counts"): labels.corrected,
        ("row of the files of labels", "have no id (ignored)"): labels.without_id,
        (
            "row of the files of labels",
            "have no label yet, or none that can be read",
        ): labels.missing,
    }
    notes += [*labels.refused, *labels.notes]
    notes += [f"{counted(n, noun, text)}." for (noun, text), n in sizes.items() if n]
    unknown = sum(record.matched - record.labelled for record in measured.records)
    if unknown:
        notes.append(
            f"{unknown:,} labelled rows are left out of the scores: they have no prediction, or a "
            "label that the model cannot predict, such as a new class."
        )
    return notes
