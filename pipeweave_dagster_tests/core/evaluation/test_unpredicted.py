"""A class that is never predicted is named, with what can be done about it."""

import numpy as np
import pytest

from pipeweave_dagster.core.evaluation.unpredicted import few_rows_note, unpredicted_note
from pipeweave_dagster.core.metrics.per_class import class_scores
from pipeweave_dagster_tests.factories.registry import trained


def note(y, predicted, classes, **of):
    model = trained("1", "linear").model_copy(update=of)
    codes = (np.array(each, dtype=np.intp) for each in (y, predicted))
    return unpredicted_note(model, class_scores(*codes, classes))


def test_a_rare_class_of_two_points_to_the_threshold():
    assert note([0] * 180 + [1] * 4, [0] * 184, ["no", "yes"]) == (
        "No test row is predicted as 'yes', although 4 rows are of that class: its probability is "
        "below one half in all of them. If missing one costs more than a false alarm, set `costs` "
        "in the settings; `pipeweave models threshold demo --false-negative 45` shows the "
        "threshold and the errors where it costs 45 times as much."
    )


def test_the_negative_class_may_be_the_rare_one():
    assert "--false-positive 9`" in note([0] + [1] * 9, [1] * 10, ["no", "yes"])


def test_costs_that_lead_to_it_are_named():
    assert note([0] * 9 + [1], [0] * 10, ["no", "yes"], threshold=0.99) == (
        "No test row is predicted as 'yes', although 1 row is of that class: with the `costs` in "
        "the settings, that costs least."
    )


def test_of_several_classes_the_first_five_are_named():
    labels = list("abcdefgh")
    assert note([*range(8), 7], [0] * 9, labels) == (
        "No test row is predicted as 'b', 'c', 'd', 'e', 'f' and 2 more, although 8 rows are of "
        "these classes: others are always more probable. The probabilities of each class are among "
        "the predictions, and rank rows all the same."
    )


@pytest.mark.parametrize(
    ("y", "predicted"),
    [([0, 0, 1], [0, 1, 0]), ([0, 0, 0], [0, 0, 0]), ([], [])],
    ids=["predicted wrongly", "not among the test rows", "no rows"],
)
def test_other_classes_have_no_note(y, predicted):
    assert not note(y, predicted, ["no", "yes"])


def test_a_model_without_signal_has_its_verdict_instead():
    assert not note([0] * 9 + [1], [0] * 10, ["no", "yes"], verdict="no signal")


def test_classes_with_few_test_rows_are_named():
    def scores(*rows):
        y = np.repeat(np.arange(len(rows)), rows)
        return class_scores(y, y, [f"c{k}" for k in range(len(rows))])

    assert few_rows_note(scores(140, 48, 3)) == (
        "Few of the 191 test rows are of 'c2' (3): its scores say little, and averages over "
        "classes (macro, balanced_accuracy) depend on single rows. More rows of that class would "
        "help."
    )
    assert "'c0' (4), 'c1' (1): their scores" in few_rows_note(scores(4, 1, 5))
    assert few_rows_note(scores(5, 5)) == few_rows_note([]) == ""
