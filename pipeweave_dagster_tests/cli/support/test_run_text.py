"""The summary of a run in the terminal."""

from pipeweave_dagster.cli.support.run_text import _model_text


def test_the_command_that_completes_an_evaluation_can_be_copied():
    model = {
        "leaderboard": [], "metric": "roc_auc", "winner": "linear", "verdict": "model",
        "extended_to_s": None, "sampled_of": None, "dropped": ["readable twin"],
        "serving_note": "",
    }  # fmt: skip
    text = "\n".join(_model_text(model, "penguins"))
    assert "time for: readable twin. 'pipeweave evaluate penguins --full' makes them." in text
