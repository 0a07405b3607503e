"""What follows from the scores is noted again when the other parts are made."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Estimate, Evaluation
from pipeweave_dagster.core.evaluation.score_notes import score_notes
from pipeweave_dagster.core.metrics.per_class import class_scores
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster_tests.factories import make_pipeline
from pipeweave_dagster_tests.factories.registry import trained

ROWS = 40
Y = np.arange(ROWS) % 20 == 0
OUTPUT = np.column_stack([np.full(ROWS, 0.9), np.full(ROWS, 0.1)])


def test_folds_limits_and_unpredicted_classes_are_noted_in_this_order():
    made = make_pipeline(
        pd.DataFrame({"x": range(ROWS), "y": np.where(Y, "b", "a")}), "y", "binary"
    )
    split = made.split.model_copy(update={"kind": "time", "column": "x", "folds": 5})
    spec = made.model_copy(update={"split": split})
    scored = ScoredTest(["a", "b"], Y.astype(np.intp), OUTPUT, OUTPUT, pd.DataFrame())
    model = trained("1", "linear")
    trial = model.leaderboard[0].model_copy(update={"score_std": 0.05})
    model = model.model_copy(update={"leaderboard": [trial]})
    evaluation = Evaluation(
        rows=ROWS,
        metric="roc_auc",
        metrics={},
        baseline={},
        verdict="model",
        by_class=class_scores(scored.y.astype(np.intp), np.zeros(ROWS, np.intp), ["a", "b"]),
        test_rows_alone=Estimate(value=0.5, low=0.4, high=0.6),
    )
    starts = [note.split()[:4] for note in score_notes(evaluation, model, spec, scored)]
    assert [" ".join(words) for words in starts] == [
        "The interval of roc_auc",
        "Only 40 test rows:",
        "Only 2 of 40",
        "Few of the 40",
        "No test row is",
    ]
    alone = evaluation.model_copy(update={"test_rows_alone": None})
    assert len(score_notes(alone, model, spec, scored)) == 4
