"""What must fit into the budget beside fitting: refit, test predictions and files."""

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.search import run_search
from pipeweave_dagster.core.training.search import search as search_module
from pipeweave_dagster.core.training.search.cv_result import (
    add_fold,
    leaderboard_trial,
    new_result,
    run_fold,
)
from pipeweave_dagster.core.training.search.first_folds import run_first_folds
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError
from pipeweave_dagster.core.training.search.further_folds import next_task, propose_task
from pipeweave_dagster.core.training.search.parallel_fits import WAIT
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster.core.training.search.portfolio import portfolio
from pipeweave_dagster.core.training.search.trial_log import TrialLog
from pipeweave_dagster.core.training.training_notes import extension_notes

LATE = Candidate("linear", "linear")


def test_slow_predictions_enlarge_the_reserve(search, budget, result):
    search, slow = search(budget(60.0)), result("lightgbm", "lightgbm", scores=[0.5])
    quick = search.reserve.for_output([slow])
    slow.predict_s = 0.05  # as of thousands of trees: 15 s for the 300 test rows
    assert search.reserve.for_output([slow]) > quick + 10
    assert search.reserve.left_s([slow]) < 60 - 6 - 10


def test_predicting_a_row_is_timed_beside_fitting(search):
    search = search()
    candidate = Candidate("lightgbm", "lightgbm", {"num_leaves": 4})
    fitted = new_result(candidate, search.cache)
    run = run_fold(candidate, 0, search.cache, "log_loss", time.monotonic() + 300)
    add_fold(fitted, run)
    assert 0 < run.predict_s < run.seconds
    assert fitted.predict_s == run.predict_s / len(run.data.valid)
    assert fitted.fold_seconds == run.seconds


def test_the_refit_of_the_best_is_reserved_before_variants_start(search, budget, result):
    search = search(budget(60.0), parallel_fits=2)
    best = result("lightgbm", "lightgbm", scores=[0.5], seconds=8.0)
    search.results.append(best)
    # Not half of it, for one candidate cannot be divided.
    assert search.reserve.for_refit([best]) > 10
    run_first_folds(search, [Candidate("linear_strict", "linear", {"C": 0.1})], 0.35)
    assert search.results[-1].folds_done == 1
    search.budget = budget(60.0, used_s=44.0)
    run_first_folds(search, [Candidate("linear_free", "linear", {"C": 10.0})], 0.35)
    assert search.skipped == ["linear_free"]


def test_boosting_learns_faster_once_a_fit_was_cut_or_has_no_time_for_a_refit(
    search, budget, result
):
    search = search(budget(60.0))
    quick = result("xgboost", "xgboost", scores=[0.5], seconds=5.0)
    forest = result("random_forest", "random_forest", scores=[0.5], seconds=50.0)
    variant = result("lightgbm_small", "lightgbm", scores=[0.5], seconds=50.0)
    search.results.extend([quick, forest, variant])
    search.learn_faster()
    assert search.slow_boosting() == []
    assert search.rate_scale == 1
    quick.cut = True
    assert search.slow_boosting() == [quick]
    quick.cut, quick.seconds = False, 30.0
    assert search.slow_boosting() == [quick]
    search.learn_faster()
    search.learn_faster()
    assert search.rate_scale == DEFAULT_POLICY.faster_rate


def test_the_next_candidates_learn_faster_after_a_slow_one(search):
    # No refit is short enough for this.
    search = search(policy=replace(DEFAULT_POLICY, max_refit_share=0.0))
    boosting = [Candidate(name, name) for name in ("hist_gradient_boosting", "xgboost")]
    run_first_folds(search, boosting, 1.0)
    assert [r.candidate.params for r in search.results] == [{}, {"learning_rate": 0.24}]
    assert [r.candidate.name for r in search.slow_boosting()] == ["hist_gradient_boosting"]


def test_a_spent_budget_still_tries_baseline_and_linear_model(search, budget):
    search = search(budget(5.0, used_s=60.0))
    names = ("dummy", "linear", "xgboost")
    run_first_folds(search, [Candidate(name, name) for name in names], 1.0)
    assert [(r.candidate.name, r.folds_done) for r in search.results] == [
        ("dummy", search.folds),
        ("linear", 1),
    ]
    assert search.skipped == ["xgboost"]


def test_features_of_variants_are_not_made_where_families_had_no_time(search, budget):
    search = search(budget(5.0, used_s=60.0))
    run_search.run_search(search)
    assert search.crosses == []
    assert {"xgboost", "lightgbm_small"} <= set(search.skipped)


def test_a_linear_model_waits_where_there_is_a_model_already(search, budget, result):
    search = search(budget(5.0, used_s=60.0))
    search.results.append(result("lightgbm", "lightgbm", scores=[0.2]))
    run_first_folds(search, [Candidate("dummy", "dummy"), LATE], 1.0)
    assert search.skipped == ["linear"]


@pytest.mark.parametrize(
    ("rows", "first"), [(1_000, ["dummy", "linear"]), (50_000, ["dummy", "lightgbm", "linear"])]
)
def test_a_fit_that_would_be_all_or_nothing_is_not_the_first_of_a_large_table(search, rows, first):
    problem = search().cache.problem
    large = replace(problem, features=SimpleNamespace(shape=(rows, 200)))
    candidates = portfolio(search().spec, large)
    assert [candidate.name for candidate in candidates][: len(first)] == first


def test_a_family_too_slow_for_the_time_left_does_not_end_the_search(search, budget, result):
    search = search(budget(60.0))
    search.results.append(result("xgboost", "xgboost", scores=[0.1], seconds=40.0))
    search.results.append(result("linear", scores=[0.2], seconds=0.01))
    assert propose_task(search) is not None
    assert search.results[-1].candidate.family == "linear"
    search.results[1].seconds = 40.0
    search.results[2].seconds, search.results[2].scores = 40.0, [0.3]
    assert propose_task(search) is None


def test_proposals_end_after_their_number_or_without_gain(search, result):
    for change in ({"max_proposals": 2}, {"patience": 2, "patience_per_s": 1e9}):
        run = search(policy=replace(DEFAULT_POLICY, **change))
        run.results.append(result("linear", scores=[0.2]))
        while propose_task(run) is not None:
            pass
        assert run.n_proposals == 3


def test_the_best_get_further_folds_before_new_candidates_are_tried(search, result):
    search = search()
    search.results.extend([result("a", scores=[0.2]), result("b", scores=[0.1])])
    for name in ("b", "a"):
        assert next_task(search) is not None
        busy = [r.candidate.name for r in search.results if r.busy]
        assert busy[-1] == name or busy[0] == name
    assert search.n_proposals == 0
    next_task(search)
    assert search.n_proposals == 1


def test_nothing_is_decided_while_a_fit_may_still_bring_work(search, budget, result):
    search = search(budget(60.0, used_s=58.0))
    search.results.append(result("a", scores=[0.2], seconds=40.0))
    assert next_task(search) is None
    search.results[0].busy = True
    assert next_task(search) is WAIT


@pytest.mark.slow
def test_a_busy_machine_extends_the_budget_and_late_candidates_are_tried_again(
    search, budget, monkeypatch
):
    search = search(budget(60.0), share=lambda: 0.5)
    monkeypatch.setattr(run_search, "portfolio", lambda *_: [Candidate("dummy", "dummy"), LATE])
    done = iter([FitTimeoutError("not done within 1.0 s, so it was abandoned")])
    fit = search_module.run_fold

    def first_too_slow(candidate, *arguments):
        if candidate is LATE and (error := next(done, None)):
            raise error
        return fit(candidate, *arguments)

    monkeypatch.setattr(search_module, "run_fold", first_too_slow)
    results = run_search.run_search(search)
    assert search.budget.budget_s == 60.0 * 0.75 / 0.5
    assert [r.candidate.name for r in results[:2]] == ["dummy", "linear"]
    assert results[1].folds_done >= 1
    assert not results[1].out_of_time


def test_trials_keep_their_numbers_when_some_are_tried_again(search, result, caplog):
    search, names = search(), ["dummy", "linear", "svm", "mlp"]
    with caplog.at_level("INFO", logger=search_module.__name__):
        for name in names:
            search.add(result(name, scores=[0.5]))
            search.log_result(search.results[-1])
        again = [Candidate(name, name) for name in names[1:3]]
        run_search._forget(search, again)
        for candidate in [*again, Candidate("linear_1", "linear")]:
            search.add(result(candidate.name, scores=[0.4]))
        for one in search.results:
            search.log_result(one)
    logged = {tuple(record.args[:2]) for record in caplog.records}
    assert logged == {(1, "dummy"), (2, "linear"), (3, "svm"), (4, "mlp"), (5, "linear_1")}


def test_a_quiet_machine_keeps_the_budget(search, budget):
    quiet = search(budget(60.0), share=lambda: 0.9)
    assert not quiet.extend(short=True)
    assert quiet.budget.budget_s == 60.0


def test_a_budget_is_extended_once(search, budget):
    busy = search(budget(60.0), share=lambda: 0.3)
    assert busy.extend(short=False)
    assert not busy.extend(short=True)
    assert (busy.budget.budget_s, busy.extended_by) == (120.0, 2.0)
    assert [line["extended_to_s"] for line in busy.trial_log.lines] == [120.0]


def test_an_extended_budget_is_announced_with_its_cause(search, budget, caplog):
    longer = []
    busy = search(budget(60.0), share=lambda: 0.5, trial_log=TrialLog(on_extension=longer.append))
    with caplog.at_level("INFO", logger=search_module.__name__):
        assert busy.extend(short=True)
    assert longer == [90.0]
    (note,) = extension_notes(60.0, busy.budget.budget_s, busy.share_got)
    assert caplog.messages == [note]
    assert "from 60 s to 90 s, because other programs kept the processor busy" in note
    assert "this run got 50% of the processor time" in note


def test_a_budget_at_its_limit_is_neither_extended_nor_announced(search, budget):
    longer = []
    at_limit = replace(budget(60.0), most_s=60.0)
    busy = search(at_limit, share=lambda: 0.3, trial_log=TrialLog(on_extension=longer.append))
    assert not busy.extend(short=True)
    assert (busy.budget.budget_s, busy.extended_by, longer) == (60.0, 1.0, [])
    assert busy.trial_log.lines == []


def test_a_candidate_that_ran_out_of_time_has_not_failed(search, result):
    late, broken, cut = (result(name) for name in ("late", "broken", "cut"))
    cut.scores = [0.5]
    for made, error in (
        (late, FitTimeoutError("not done within 1.7 s, so it was abandoned")),
        (broken, ValueError("no")),
        (cut, FitTimeoutError("not done within 1.7 s, so it was abandoned")),
    ):
        made.fail(error)
    trials = [leaderboard_trial(made, folds=5) for made in (late, broken, cut)]
    assert [t.state for t in trials] == ["out of time", "failed", "cut"]
    assert trials[0].note == "not done within 1.7 s, so it was abandoned"
    assert trials[1].note == "ValueError: no"
