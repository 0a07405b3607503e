"""Notes for the reader of a model on the rows that it learned from."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.training.data.group_hints import group_notes
from pipeweave_dagster.core.training.data.monotone_constraints import notes as monotone_notes
from pipeweave_dagster.core.training.data.training_set import TrainingSet

_RARE = 5
_CLASSES_SHOWN = 10


def data_notes(training_set: TrainingSet) -> list[str]:
    """Return what a reader of the model should know about its rows."""
    spec, table = training_set.spec, training_set.table
    notes = [f"Test rows: {spec.split.reason}; {training_set.split.note}."]
    if len(training_set.problem.folds) == 1:
        notes.append("One hold-out part instead of folds: the table is large for the budget.")
    if spec.split.kind == "hash" and len(table.y) <= training_set.limits.group_hint_rows:
        # What was measured decides; a hint would contradict it.
        measured = {gap.column for gap in spec.structure if gap.kind == "group"}
        unmeasured = table.raw.drop(columns=[*measured], errors="ignore")
        notes += group_notes(unmeasured, table.y, len(table.classes))
    notes += [s.reason for s in spec.steps if s.kind == "extract" and s.reason]
    notes += _class_notes(training_set)
    notes += monotone_notes(spec, table.classes)
    if table.read < table.total:
        notes.append(f"Learned from a random sample of {table.read:,} of {table.total:,} rows.")
    return [*notes, *_left_out_notes(training_set)]


def _left_out_notes(training_set: TrainingSet) -> Iterator[str]:
    table = training_set.table
    sums = len(np.intersect1d(table.sums, table.positions))
    if sums:
        are = "it is a sum" if sums == 1 else "they are sums"
        yield f"{counted(sums, 'row', 'were')} left out: {are} of other rows (PW609)."
    if missing := table.dropped - sums:
        or_weight = ", or the weight is not above 0" if training_set.spec.weight else ""
        yield f"{counted(missing, 'row', 'were')} left out: the target is missing{or_weight}."


def _class_notes(training_set: TrainingSet) -> Iterator[str]:
    """Yield the classes that no model knows, and those with few training rows."""
    classes = training_set.table.classes
    if not classes:
        return
    train = np.bincount(training_set.problem.y.astype(int), minlength=len(classes))
    test = training_set.table.y[training_set.split.test].astype(int)
    if unseen := [classes[k] for k in np.unique(test) if train[k] == 0]:
        yield (
            f"{counted(len(unseen), 'class', 'occur')} only in the test rows, so no model knows "
            f"{'it' if len(unseen) == 1 else 'them'}: {_shown(unseen)}."
        )
    if rare := [classes[k] for k in np.flatnonzero((train > 0) & (train < _RARE))]:
        yield (
            f"{counted(len(rare), 'class', 'have')} fewer than five training rows, so "
            f"{'its' if len(rare) == 1 else 'their'} scores are unreliable: {_shown(rare)}."
        )


def _shown(names: list[str]) -> str:
    return ", ".join(name[:40] for name in names[:_CLASSES_SHOWN])
