"""The form of a readable twin is chosen on the folds, and pairs are found where there are any."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.readable_twin.choose_form import choose_form
from pipeweave_dagster.core.training.readable_twin.fit_twin import fit_twin
from pipeweave_dagster.core.training.readable_twin.forms import CONSTRAINTS, readable_forms
from pipeweave_dagster.core.training.readable_twin.pairs import constraints, strongest_pairs
from pipeweave_dagster_tests.core.test_pace import Clock
from pipeweave_dagster_tests.factories.pipelines import make_pipeline, write_parquet


def training_set(frame, task, folder, **schema):
    spec = make_pipeline(frame, "y", task, **schema)
    split = spec.split.model_copy(update={"folds": 3})
    spec = spec.model_copy(update={"split": split})
    return make_training_set(spec, read_table(spec, write_parquet(frame, folder), None), seed=0)


def crossed(rows=400):
    """A target that only two columns together predict, and one column that does so alone."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
    signal = 3 * np.sign(frame["a"] * frame["b"]) + frame["c"]
    return frame.assign(y=signal + rng.normal(0, 0.3, rows))


def test_pairs_are_found_and_all_other_columns_are_kept_apart(tmp_path):
    cache = FoldCache(training_set(crossed(), "regression", tmp_path).problem)
    pairs = strongest_pairs(cache, 0, math.inf)
    assert pairs[0] == ("a", "b")
    features = cache.get("readable_tree", 0).transformer
    assert constraints(features, 4, [("a", "b")]) == "[0],[1],[2],[3],[0,1]"


def test_the_best_form_on_the_folds_is_fitted_on_all_training_rows(tmp_path):
    table = training_set(crossed(), "regression", tmp_path)
    found = fit_twin(table, Pace())
    assert found.form.kind == "additive trees with pairs"
    assert ("a", "b") in found.pairs
    assert found.member.fold == -1
    assert found.member.params[CONSTRAINTS].startswith("[0],[1],[2],[3],[")
    assert "[0,1]" in found.member.params[CONSTRAINTS]
    assert [trial.state for trial in found.trials] == ["done"] * 4
    assert found.verdict == "model"
    truth = table.table.y[table.split.test]
    assert np.corrcoef(found.output, truth)[0, 1] > 0.8


def test_the_simplest_of_equal_forms_is_chosen(tmp_path):
    cache = FoldCache(training_set(crossed(300), "regression", tmp_path).problem)
    choice = choose_form(cache, "rmse", Pace(), 1)
    for result in choice.results:
        result.scores[:] = [1.0]
    assert choice.best_first()[0][0].kind == "linear model"
    choice.results[2].scores[:] = [0.9]
    assert choice.best_first()[0][0] is choice.forms[2]


def test_without_time_there_is_no_twin_and_texts_alone_give_none(tmp_path):
    clock = Clock()
    pace = Pace(0.0, clock)
    table = training_set(crossed(300), "regression", tmp_path)
    assert fit_twin(table, pace) is None
    assert pace.is_cut
    texts = Layout(numbers=(), few=(), many=(), texts=("a",))
    only = replace(table, problem=replace(table.problem, columns=texts))
    with pytest.raises(PipeWeaveError, match="texts or hashed"):
        fit_twin(only, Pace())


def test_monotone_constraints_leave_only_trees_and_a_skewed_target_adds_logarithms(tmp_path):
    frame = crossed(300)
    frame["y"] = np.exp(frame["y"])
    problem = training_set(frame, "regression", tmp_path).problem
    names = [form.candidate.name for form in readable_forms(problem)]
    assert names[:4] == [name.removesuffix(", log target") for name in names[4:]]
    problem.monotone["a"] = 1
    kinds = {form.kind for form in readable_forms(problem)}
    assert kinds == {"additive trees", "additive trees with pairs"}
