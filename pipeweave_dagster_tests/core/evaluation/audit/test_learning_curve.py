"""The learning curve rises where more rows help, and is flat where they do not."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.evaluation.audit.learning_curve import learning_curve
from pipeweave_dagster.core.evaluation.audit.probe import LINEAR, TREES
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet


@pytest.fixture
def problem_of(tmp_path):
    def of(y, rows=600):
        rng = np.random.default_rng(1)
        frame = pd.DataFrame({f"x{i}": rng.normal(size=rows) for i in range(4)})
        frame["y"] = y(frame, rng)
        task = "regression" if frame["y"].dtype.kind == "f" else "binary"
        spec = make_pipeline(frame, "y", task)
        return make_training_set(
            spec, read_table(spec, write_parquet(frame, tmp_path)), seed=0
        ).problem

    return of


def test_more_rows_help_a_hard_relation(problem_of):
    problem = problem_of(lambda f, _: np.sin(3 * f["x0"]) * f["x1"])
    curve = learning_curve(problem, "rmse", TREES)
    errors = [p.score for p in curve.points]
    assert [p.rows for p in curve.points] == sorted({p.rows for p in curve.points})
    assert len(errors) == 4
    assert errors[-1] < 0.9 * errors[0]
    assert all(p.low <= p.score <= p.high and p.learned < p.score for p in curve.points)


def test_noise_is_not_learned_from_any_number_of_rows(problem_of):
    problem = problem_of(lambda _, rng: rng.choice(["a", "b"], 600))
    curve = learning_curve(problem, "roc_auc", LINEAR)
    assert all(abs(p.score - 0.5) < 0.2 for p in curve.points)
    assert curve.points[0].learned > 0.55


def test_small_tables_and_no_time_give_none_or_fewer_points(problem_of):
    problem = problem_of(lambda f, _: f["x0"] * 1.0, rows=40)
    few = learning_curve(problem, "rmse", LINEAR)
    assert few is None or len(few.points) < 4
    none = Pace(end=0)
    assert learning_curve(problem, "rmse", LINEAR, none) is None
    assert none.is_cut
