"""Variations of one candidate do not push the other families out."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.diversity import diverse, of_each_family
from pipeweave_dagster.core.training.search.further_folds import next_task
from pipeweave_dagster.core.training.search.greedy_selection import select_members


def candidates(families):
    return [CvResult(Candidate(f"c{i}", f), np.zeros(1)) for i, f in enumerate(families)]


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(1, 12), st.integers(1, 5))
def test_the_best_of_each_family_are_kept_in_their_order(families, most, per_family):
    ranked = candidates(families)
    kept = diverse(ranked, most, per_family)
    places = [int(r.candidate.name[1:]) for r in kept]
    assert places == sorted(places)
    assert len(kept) == min(most, len(ranked))
    counts = Counter(r.candidate.family for r in kept)
    usual = of_each_family(ranked, per_family)
    if len(usual) >= most:
        assert max(counts.values(), default=0) <= per_family
    else:
        assert {id(r) for r in usual} <= {id(r) for r in kept}


def test_an_unlike_candidate_is_a_member_though_many_variations_score_better():
    rng = np.random.default_rng(0)
    y = rng.normal(size=4000)
    shared, own = rng.normal(0, 0.5, 4000), rng.normal(0, 0.55, 4000)
    outputs = [y + shared + rng.normal(0, 0.02, 4000) for _ in range(40)] + [y + own]
    families = ["xgboost"] * 40 + ["mlp"]
    results = [
        CvResult(Candidate(f"{family}_{i}", family), output, scores=[-1.0])
        for i, (family, output) in enumerate(zip(families, outputs, strict=True))
    ]
    weights = {r.candidate.family: 0.0 for r in results}
    for member, weight in select_members(results, y, "rmse"):
        weights[member.candidate.family] += weight
    assert 0.3 < weights["mlp"] < 0.7


def test_the_best_of_a_family_goes_on_and_keeps_its_models_if_it_is_not_much_worse(search, result):
    search = search()
    search.results.append(result("dummy", "dummy", scores=[1.0] * search.folds))
    every = [0.5] * search.folds
    for k in range(40):
        search.results.append(result(f"lightgbm_{k}", "lightgbm", scores=every, seconds=0.1))
    near = result("mlp", "mlp", scores=[0.6], seconds=0.1)
    far = result("neighbours", "neighbours", scores=[0.9], seconds=0.1)
    worse = result("svm", "svm", scores=[1.7], seconds=0.1)
    search.results.extend([near, far, worse])
    search.ranking.release_models(1)
    assert (near.released, far.released) == (False, False)
    assert [r.candidate.family for r in search.ranking.family_leaders(1)] == ["lightgbm", "mlp"]
    assert next_task(search) is not None
    assert (near.busy, far.busy, worse.busy) == (True, False, False)
