"""From the candidates of a search to the mixture that is the model, and what it found."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Stack
from pipeweave_dagster.core.metrics.metrics import Array, part_of
from pipeweave_dagster.core.metrics.signal import OnTest, Verdict, confirmed, verdict
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.training_set import Job
from pipeweave_dagster.core.training.ensemble.refit import complete, more_folds
from pipeweave_dagster.core.training.ensemble.stacking import stack_of
from pipeweave_dagster.core.training.families.candidate import ALL_ROWS
from pipeweave_dagster.core.training.search.budget import Clock
from pipeweave_dagster.core.training.search.cv_result import Result
from pipeweave_dagster.core.training.search.greedy_selection import (
    Weighted,
    blended,
    held_back,
    name_of,
    select,
)
from pipeweave_dagster.core.training.search.refit_time import answerable, beyond_reserve, trimmed
from pipeweave_dagster.core.training.search.search import Search

_MOST_OF_END = 0.7
_PART_FOR_REFIT = 0.9


@dataclass(frozen=True)
class Mixture:
    """What was chosen on rows that the folds held out.

    Attributes:
        weighted: The candidates and their weights.
        stack: What a regression makes of their answers beside the mean, or None.
        answers: What both say of the rows that the folds held out; NaN elsewhere.
        found: Whether it beats the constant model on these rows.
        z: By how many standard errors.
        refittable: Whether there is time (and reason) to fit it on all rows.
    """

    weighted: Weighted
    stack: Stack | None
    answers: Array
    found: Verdict
    z: float
    refittable: bool

    @property
    def name(self) -> str:
        """Its name on the leaderboard."""
        return name_of(self.weighted)

    @property
    def held_out(self) -> int:
        """How many rows it was chosen and judged on."""
        return int((~np.isnan(self.answers.reshape(len(self.answers), -1)).any(axis=1)).sum())

    @property
    def on_disk(self) -> Result | None:
        """The member that learned from all rows, which no refit on the sample could better."""
        return _on_disk(self.weighted)


def mixture_of(job: Job, cache: FoldCache, search: Search, clock: Clock) -> Mixture:
    """Choose and weigh, as far as there is time to refit and to ask what is chosen.

    Where nothing was found the answers are held back, and no regression is laid over them.
    """
    weighted, refittable = _chosen(job, cache, search, clock)
    problem, constant = job.problem, search.results[0]
    stack, answers = None, blended(weighted)
    if not problem.monotone:  # a regression of the members' answers need not keep their order
        stack, answers = stack_of(
            weighted, problem.y, problem.classes, problem.weight, problem.seed, problem.together
        )
    found, z = _judged(job, weighted, answers, constant)
    if found == "no signal":
        weighted, stack = held_back(weighted, constant), None
        answers = blended(weighted)
    return Mixture(weighted, stack, answers, found, z, refittable)


def _chosen(job: Job, cache: FoldCache, search: Search, clock: Clock) -> tuple[Weighted, bool]:
    rows, metric, asked = len(job.table.y), job.spec.metric, len(job.split.test) // job.lanes
    weighted = select(
        search.finalists(),
        job.problem.y,
        metric,
        seed=job.spec.split.seed,
        weight=job.problem.weight,
    )
    affordable = trimmed(weighted, rows, _PART_FOR_REFIT * clock.left, job.lanes)
    weighted = weighted if affordable is None or _on_disk(weighted) else affordable
    complete(weighted, cache, metric, clock)
    if affordable is None:
        end_s = beyond_reserve([result for result, _ in weighted], asked, clock.reserve_s)
        more_folds(weighted, cache, metric, clock, job.lanes, end_s)
    refittable = affordable is not None and _on_disk(weighted) is None
    return answerable(weighted, asked, _MOST_OF_END * clock.to_end), refittable


def _judged(
    job: Job, weighted: Weighted, answers: Array, constant: Result
) -> tuple[Verdict, float]:
    if weighted[0][0] is constant:
        return "no signal", 0.0
    problem = job.problem
    return verdict(job.spec.metric, problem.y, answers, constant.oof, problem.weight)


def confirmed_by(job: Job, mixture: Mixture, scores: pd.DataFrame) -> tuple[Verdict, float]:
    """What the test rows make of a verdict on rows that have chosen the model, or were too few.

    Args:
        job: The table and its division.
        mixture: The model, and the verdict on rows that the folds held out.
        scores: Its predictions for the test rows.
    """
    rows, classes = job.split.test, job.table.classes
    names = [f"probability_{label}" for label in classes] or ["prediction"]
    output = scores[names].to_numpy(dtype=np.float64)
    constant = np.tile(model_files.constant_output(job), (len(rows), 1))
    if not classes:
        output, constant = output[:, 0], constant[:, 0]
    tested = OnTest(job.table.y[rows], output, constant, part_of(job.table.weight, rows))
    return confirmed(job.spec.metric, mixture.z, mixture.held_out, tested)


def _on_disk(weighted: Weighted) -> Result | None:
    return next((r for r, _ in weighted if r.candidate.params.get(ALL_ROWS)), None)
