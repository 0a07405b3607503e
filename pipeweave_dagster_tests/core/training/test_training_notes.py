"""What is said of a search and of a verdict beside the figures."""

from types import SimpleNamespace

import pytest

from pipeweave_dagster.core.training import training_notes


def search(**facts):
    return SimpleNamespace(
        **{
            "skipped": [],
            "n_proposals": 0,
            "proposals_without_gain": 0,
            "exhausted": False,
            "crosses": [],
            "comparison_folds": 5,
            "folds": 5,
        }
        | facts
    )


@pytest.mark.parametrize(("exhausted", "told"), [(True, True), (False, False)])
def test_a_search_that_ends_before_its_time_says_so(exhausted, told):
    note = " ".join(
        training_notes.of_search(
            search(n_proposals=40, proposals_without_gain=21, exhausted=exhausted)
        )
    )
    assert "40 further candidates were tried" in note
    assert ("the last 21 were no better, so the search ended before its time" in note) == told


def test_it_is_told_on_how_many_folds_candidates_were_compared():
    assert "on 1 of 5 folds" in training_notes.of_search(search(comparison_folds=1))[0]


def test_what_there_was_no_time_for_is_named():
    found = training_notes.of_search(
        search(skipped=["svm"], crosses=[{"name": f"m{k}"} for k in range(7)])
    )
    assert any("No time was left to try svm" in note for note in found)
    assert any("7 features made from others (m0, m1, m2, m3, m4, …)" in note for note in found)
    assert training_notes.of_search(search()) == []


@pytest.mark.parametrize(
    ("found", "judged", "told"),
    [
        ("model", "model", None),
        ("no signal", "no signal", "held half-way"),
        ("model", "no signal", "with the test rows"),
        ("no signal", "model", "the test rows show that it has a signal"),
    ],
)
def test_a_verdict_is_explained_where_it_is_no_model_or_was_changed(found, judged, told):
    ensemble = SimpleNamespace(found=found, held_out=100)
    notes = training_notes.of_verdict(ensemble, judged, SimpleNamespace(comparison_rows=100))
    assert notes == [] if told is None else told in notes[0]


def test_it_is_told_when_a_verdict_rests_on_few_rows_for_want_of_time():
    ensemble = SimpleNamespace(found="no signal", held_out=62)
    notes = training_notes.of_verdict(ensemble, "no signal", SimpleNamespace(comparison_rows=310))
    assert "time to hold out 62 of 310 rows only" in notes[1]
    assert "larger budget" in notes[1]
