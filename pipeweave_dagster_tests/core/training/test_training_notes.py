"""The notes on a search and on a verdict."""

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
            "results": [],
            "comparison_folds": 5,
            "folds": 5,
        }
        | facts
    )


def test_one_variation_is_written_in_the_singular():
    (note,) = training_notes.search_notes(search(n_proposals=1))
    assert note == "1 variation of the best candidates was tried, too."


@pytest.mark.parametrize(("exhausted", "noted"), [(True, True), (False, False)])
def test_a_search_that_ends_before_its_time_is_noted(exhausted, noted):
    note = " ".join(
        training_notes.search_notes(
            search(n_proposals=40, proposals_without_gain=21, exhausted=exhausted)
        )
    )
    assert "40 variations of the best candidates were tried" in note
    assert ("the last 21 were no better, so the search ended before its time" in note) == noted


def test_the_number_of_folds_that_candidates_were_compared_on_is_noted():
    assert "on 1 of 5 folds" in training_notes.search_notes(search(comparison_folds=1))[0]


def test_what_there_was_no_time_for_is_named():
    found = training_notes.search_notes(
        search(skipped=["svm"], crosses=[{"name": f"m{k}", "use": "derived"} for k in range(7)])
    )
    assert any("There was no time to try svm" in note for note in found)
    assert any("7 feature crosses (m0, m1, m2, m3, m4, …)" in note for note in found)
    made = [{"name": "relative(x, race)", "use": "relative"}]
    (note,) = training_notes.search_notes(search(crosses=made))
    assert "compare a row with the training rows of its group (relative(x, race))" in note
    assert training_notes.search_notes(search()) == []


@pytest.mark.parametrize(
    ("oof", "final", "words"),
    [
        ("model", "model", None),
        ("no signal", "no signal", "shrunk halfway"),
        ("model", "no signal", "with the test rows"),
        ("no signal", "model", "the test rows show that there is a signal"),
    ],
)
def test_a_verdict_is_explained_if_it_is_no_signal_or_was_changed(oof, final, words):
    ensemble = SimpleNamespace(oof_verdict=oof, validation_rows=100)
    notes = training_notes.verdict_notes(ensemble, final, SimpleNamespace(comparison_rows=100))
    assert notes == [] if words is None else words in notes[0]


def test_a_verdict_on_few_rows_for_lack_of_time_is_noted():
    ensemble = SimpleNamespace(oof_verdict="no signal", validation_rows=62)
    notes = training_notes.verdict_notes(
        ensemble, "no signal", SimpleNamespace(comparison_rows=310)
    )
    assert "time for only 62 of 310 validation rows" in notes[1]
    assert "larger budget" in notes[1]


def test_one_model_that_there_was_no_time_to_fit_again_is_not_called_a_mean():
    only = (SimpleNamespace(candidate=SimpleNamespace(name="catboost")), 1.0)
    facts = {"weighted": [only], "out_of_core_member": None}
    note = training_notes.model_note(SimpleNamespace(**facts, one_model=True), refitted=False)
    assert note.startswith("Model: 1.00 catboost; the model of the first fold, which learned only")
    note = training_notes.model_note(SimpleNamespace(**facts, one_model=False), refitted=False)
    assert "the mean of the models of the folds" in note
