"""The summary of a run in the terminal."""

import pytest

from pipeweave_dagster.cli.support.run_text import _model_text

MODEL = {
    "leaderboard": [], "metric": "roc_auc", "winner": "linear", "verdict": "model",
    "budget_s": 20.0, "extended_to_s": None, "processor_share": None, "sampled_of": None,
    "dropped": [], "serving_note": "",
}  # fmt: skip


def test_the_command_that_completes_an_evaluation_can_be_copied():
    text = "\n".join(_model_text({**MODEL, "dropped": ["readable twin"]}, "penguins"))
    assert (
        "Missing for lack of time: readable twin. 'pipeweave evaluate penguins --full' computes"
        in text
    )


def test_a_part_that_is_there_is_not_called_missing():
    parts = ["readable twin", "learning curve", "importances", "plots"]
    found = {**MODEL, "dropped": parts, "cut": ["readable twin", "importances"]}
    text = "\n".join(_model_text(found, "penguins"))
    missing, there = text.split("Missing for lack of time: ")[1].split("Incomplete for lack of")
    assert missing == "learning curve, plots. "
    assert "readable twin (chosen of fewer forms, so another may be chosen), importances." in there


def test_a_class_that_is_never_predicted_is_named_below_the_score():
    note = "No test row is predicted as 'yes', although 4 rows are of that class."
    lines = _model_text({**MODEL, "unpredicted": note}, "penguins")
    assert lines[lines.index(note) - 1].startswith("Model: linear")


def test_a_class_with_few_test_rows_is_named_below_the_score():
    note = "Few of the 191 test rows are of 'crack' (3)."
    lines = _model_text({**MODEL, "few_rows": note}, "penguins")
    assert lines[lines.index(note) - 1].startswith("Model: linear")


@pytest.mark.parametrize(
    ("share", "cause"),
    [
        (0.45, "processor busy: this run got 45% of the processor time that it asked for."),
        (None, "processor busy."),  # of a model of an earlier version
    ],
)
def test_a_result_says_why_its_budget_was_extended(share, cause):
    longer = {**MODEL, "extended_to_s": 40.0, "processor_share": share}
    line = _model_text(longer, "penguins")[-1]
    assert line.startswith("The budget was extended from 20 s to 40 s, because other programs")
    assert line.endswith(cause)
