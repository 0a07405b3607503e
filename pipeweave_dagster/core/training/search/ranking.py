"""Rank candidates by their mean score over the folds that all of them have done."""

from dataclasses import dataclass, field

import numpy as np

from pipeweave_dagster.core.documents import MetricName, PipelineSpec
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.diversity import of_each_family
from pipeweave_dagster.core.training.search.policy import SearchPolicy


def comparison_folds(
    spec: PipelineSpec, problem: Problem, budget_s: float, policy: SearchPolicy
) -> int:
    """Return the fewest folds that hold out enough rows to tell candidates apart, or all folds.

    More folds would leave less time for more candidates, which costs more on large tables. A long
    search has the time, and needs more rows: the best of many is more likely to be so by chance.
    Rows of one period, one group or one user-defined fold are alike, so all of these are needed.
    """
    if spec.split.kind != "hash":
        return len(problem.folds)
    rows = policy.comparison_rows * max(1.0, budget_s / policy.comparison_budget_s)
    held_out = np.cumsum([len(valid) for _, valid in problem.folds])
    return min(len(held_out), int(np.searchsorted(held_out, rows)) + 1)


@dataclass
class Ranking:
    """The results of a search, in order of trying.

    Attributes:
        metric: What candidates are compared by.
        comparison_folds: Folds that a complete candidate has done.
        policy: How many candidates are kept.
        results: One per candidate; the baseline first.
    """

    metric: MetricName
    comparison_folds: int
    policy: SearchPolicy
    results: list[CvResult] = field(default_factory=list)

    def best_first(self, min_folds: int) -> list[CvResult]:
        """Return the results with at least so many folds, best mean over these first (stable)."""
        sign = 1.0 if GREATER_IS_BETTER[self.metric] else -1.0
        scored = [r for r in self.results if r.score_on(min_folds) is not None]
        return sorted(scored, key=lambda r: -sign * float(r.score_on(min_folds) or 0.0))

    def models_best_first(self, min_folds: int) -> list[CvResult]:
        """Return the same without the baseline."""
        return [r for r in self.best_first(min_folds) if not r.is_baseline]

    def finalists(self) -> list[CvResult]:
        """Return the candidates to choose from, best first, all compared on the same folds.

        These are as many folds as three candidates have done (or all candidates, if fewer), but
        not more than are needed. The baseline is returned alone if no candidate beats it; it is
        never a member of an ensemble.
        """
        folds = sorted(
            (r.folds_done for r in self.results if not r.is_baseline and r.score is not None),
            reverse=True,
        )
        if not folds:
            return self.results[:1]
        ranked = self.best_first(min(self.comparison_folds, folds[min(2, len(folds) - 1)]))
        if ranked[0].is_baseline:
            return ranked[:1]
        return [r for r in ranked if not r.is_baseline and not r.released]

    def likely_members(self) -> list[CvResult]:
        """Return the candidates that the ensemble is most likely to consist of."""
        return [r for r in self.finalists() if r.folds_done][: self.policy.reserve_candidates]

    def best_families(self) -> list[str]:
        """Return the families that did best so far: their variants are the most promising."""
        families = [r.candidate.family for r in self.models_best_first(1)]
        return list(dict.fromkeys(families))[: self.policy.best_families]

    def family_leaders(self, min_folds: int) -> list[CvResult]:
        """Return the best candidate of each family that is not much worse than the best of all."""
        baseline = self.results[0].score_on(min_folds) if self.results else None
        ranked = [r for r in self.models_best_first(min_folds) if not r.released]
        if baseline is None or not ranked:
            return []
        sign = 1.0 if GREATER_IS_BETTER[self.metric] else -1.0
        gains = {id(r): sign * (float(r.score_on(min_folds) or 0.0) - baseline) for r in ranked}
        least = self.policy.leader_gain * gains[id(ranked[0])]
        return [r for r in of_each_family(ranked, 1) if gains[id(r)] >= least]

    def release_models(self, folds_done: int) -> None:
        """Release the models of candidates that rank too low to be chosen."""
        kept = [r for r in self.best_first(folds_done) if not (r.released or r.busy)]
        leaders = {id(r) for r in of_each_family(kept, self.policy.leaders_with_models)}
        for worse in kept[self.policy.candidates_with_models :]:
            if id(worse) in leaders:
                continue
            # One that did more folds was compared on more rows, which these few cannot outweigh.
            if worse.folds_done == folds_done and not worse.is_baseline:
                worse.release()
