"""Do proposals that pass the paired test help on rows that nobody has seen?

Without a key the proposals are drawn at random from the menu: what passes must not do harm. With
one they are the adviser's, also with the names of all columns blinded.
"""

import json
import math
import random
import time
from pathlib import Path

import numpy as np

from advice_parts.asker import asker, settings
from advice_parts.sets import Case
from pipeweave_dagster.core.advice.column_figures import column_figures
from pipeweave_dagster.core.advice.pipeline_adviser import proposal_request, read_proposal
from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.documents.advice import AdviceRequest
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate, fit_candidate
from pipeweave_dagster.core.metrics.metrics import row_loss
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature, uses_of, with_derived
from pipeweave_dagster.core.pipelines.operators import KIND_OF_USE, OPERATORS
from pipeweave_dagster.core.pipelines.regroup import regrouped
from pipeweave_dagster.core.training.data.fold_features import FoldCache, model_output
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.proposal_test import run_proposal_test
from pipeweave_dagster.services.advice_calls import NoAdviceError, request_options

_LEARNERS = {
    "linear": (Candidate("linear", "linear"), None),
    "lightgbm": (Candidate("lightgbm", "lightgbm", {"num_leaves": 15}), 150),
}
_LIMIT_S = 600.0


def _idea(operator: str, *columns: str) -> DerivedFeature:
    return DerivedFeature(operator=operator, columns=list(columns))


_BY_HAND = {
    "titanic3": [_idea("cross", "sex", "embarked"), _idea("product", "age", "fare")],
    "telco_churn": [
        _idea("ratio", "TotalCharges", "tenure"),
        _idea("ratio", "TotalCharges", "MonthlyCharges"),
        _idea("cross", "Contract", "InternetService"),
    ],
    "insurance_charges": [
        _idea("product", "age", "bmi"),
        _idea("cross", "smoker", "sex"),
        _idea("group_difference", "bmi", "smoker"),
    ],
    "hr_attrition_ibm": [
        _idea("ratio", "MonthlyIncome", "Age"),
        _idea("difference", "TotalWorkingYears", "YearsAtCompany"),
        _idea("cross", "OverTime", "JobRole"),
    ],
    "concrete_strength": [
        _idea("ratio", "Water", "Cement"),
        _idea("product", "Cement", "Age"),
    ],
}
"""What somebody who knows the subject may think of; by the beginnings of columns' names."""


def _found(idea: DerivedFeature, spec: PipelineSpec) -> DerivedFeature:
    whole = [next(f for f in spec.features if f.startswith(c)) for c in idea.columns]
    return idea.model_copy(update={"columns": whole})


def at_random(spec: PipelineSpec, seed: int, count: int = 8) -> list[DerivedFeature]:
    """Different features of the menu, drawn at random."""
    rng = random.Random(seed)
    kinds: dict[str, list[str]] = {}
    for column, use in uses_of(spec).items():
        kinds.setdefault(KIND_OF_USE.get(use, "none"), []).append(column)
    found: dict[tuple[str, ...], DerivedFeature] = {}
    for _ in range(200):
        name = rng.choice(list(OPERATORS))
        takes = OPERATORS[name].takes
        if any(takes.count(kind) > len(kinds.get(kind, [])) for kind in takes):
            continue
        pools = {kind: rng.sample(kinds[kind], takes.count(kind)) for kind in set(takes)}
        idea = DerivedFeature(operator=name, columns=[pools[kind].pop() for kind in takes])
        found.setdefault(idea.identity, idea)
    return list(found.values())[:count]


def unseen_losses(spec: PipelineSpec, case: Case, learner: str) -> np.ndarray:
    """Loss of each test row, of a model fitted on all training rows without looking at them."""
    training_set = make_training_set(spec, read_table(spec, case.data), seed=0)
    candidate, rounds = _LEARNERS[learner]
    view = FAMILIES[candidate.family].view
    cache = FoldCache(training_set.problem)
    data = cache.get(view, -1)
    fit = fit_candidate(candidate, cache.rows(view, data, rounds), time.monotonic() + _LIMIT_S)
    test = training_set.split.test
    features = prepare(training_set.table.raw.iloc[test], training_set.frame)
    found = model_output(
        fit, data, data.transformer.transform(features), training_set.problem.classes
    )
    return row_loss(spec.metric, training_set.table.y[test], found)


def measure(cases: list[Case], scratch: Path) -> None:
    """One line a set and proposer: what was kept, and the gain on unseen rows with its interval."""
    given = settings(scratch / "proposals")
    adviser = asker(given)
    print("proposals: set | proposer | proposed | kept | learner | gain on unseen rows [95 %]")
    for case in cases:
        spec = case.spec
        _line(case, "random", at_random(spec, seed=1), {})
        if case.name in _BY_HAND:
            _line(case, "a person", [_found(i, spec) for i in _BY_HAND[case.name]], {})
        if adviser is None:
            continue
        figures = column_figures(case.snapshot, case.data, spec.features, given.advice_level)
        request = proposal_request(
            spec, case.schema, case.snapshot.rows, figures, request_options(given)
        )
        names = [c.name for c in case.snapshot.columns]
        for proposer, asked in (("gemini", request), ("gemini, blinded", blinded(request))):
            try:
                found = adviser.reply_to(
                    case.name,
                    asked,
                    lambda text, c=case, s=spec, n=names: read_proposal(text, s, c.schema, n),
                )
            except NoAdviceError as error:
                print(f"{case.name} | {proposer} | rules used: {error}")
                continue
            _line(case, proposer, found.value.ideas, found.value.uses)


def blinded(request: AdviceRequest) -> AdviceRequest:
    """The same request with names that mean nothing: a model may know a table by heart."""
    facts = json.loads(request.facts)
    for column in facts["columns"]:
        column["name"] = f"v{column['id'][1:]}"
    facts["target"] = "y"
    return request.model_copy(update={"facts": json.dumps(facts, indent=1)})


def _line(case: Case, proposer: str, ideas: list[DerivedFeature], uses: dict[str, str]) -> None:
    spec = case.spec
    found = run_proposal_test(spec, case.schema, uses, ideas, case.data, _LIMIT_S)
    kept = len(found.ideas) + len(found.uses)
    gained = "the pipeline of the rules"
    if kept:
        better = with_derived(regrouped(spec, case.schema, found.uses), found.ideas)
        before = unseen_losses(spec, case, found.learner)
        gain = before - unseen_losses(better, case, found.learner)
        error = float(gain.std(ddof=1)) / math.sqrt(len(gain))
        share = 100 / float(before.mean())
        mean = float(gain.mean())
        low, high = (mean - 1.96 * error) * share, (mean + 1.96 * error) * share
        gained = f"{mean * share:+.2f} % of the loss [{low:+.2f}, {high:+.2f}]"
    proposed = len(ideas) + len(uses)
    print(
        f"{case.name} | {proposer} | {proposed} | {kept} | {found.learner} | {gained}", flush=True
    )
