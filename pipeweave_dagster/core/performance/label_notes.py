"""What a reader must know of the labels that were joined."""

from pipeweave_dagster.core.performance.scored_files import CombinedLabels, MeasuredBatches

_MOST_NAMED = 10


def label_notes(measured: MeasuredBatches, labels: CombinedLabels | None) -> list[str]:
    """Return sentences about labels and rows that could not be used as they are."""
    notes = []
    if measured.without_ids:
        named = ", ".join(measured.without_ids[:_MOST_NAMED])
        notes.append(
            f"The predictions of {len(measured.without_ids)} batches do not have the id column, so "
            f"no labels can be joined: {named}. Score them again from files that have it."
        )
    if labels is None:
        return notes
    sizes = {
        "labels belong to no scored row": measured.unmatched,
        "ids occur in several batches; their label counts for each": measured.repeated,
        "ids have different labels; the newest counts": labels.corrected,
        "rows of the files of labels have no id and are ignored": labels.without_id,
        "rows of the files of labels have no label yet, or none that can be read": labels.missing,
    }
    notes += [*labels.refused, *labels.notes]
    notes += [f"{count:,} {text}." for text, count in sizes.items() if count]
    unknown = sum(record.matched - record.labelled for record in measured.records)
    if unknown:
        notes.append(
            f"{unknown:,} labelled rows are left out of the scores: they have no prediction, or a "
            "label that the model cannot predict, such as a new class."
        )
    return notes
