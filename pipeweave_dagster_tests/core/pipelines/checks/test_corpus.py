"""Sixty broken pipelines of ten kinds are refused with code, path and fix; forty good ones pass."""

import time
from itertools import pairwise

import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Costs, PipelineSpec, Step
from pipeweave_dagster.core.families import DEFAULT_FAMILIES
from pipeweave_dagster.core.pipelines.catalogue import DATE_PARTS
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster_tests.factories import make_pipeline

TABLE = pd.DataFrame(
    {
        "age": [1.0, 2.0] * 5,
        "city": ["u", "v"] * 5,
        "since": pd.date_range("2020-01-01", periods=10),
        "member": [True, False] * 5,
        "size": ["S", "L"] * 5,
        "note": [f"a few words {i}" for i in range(10)],
        "weight": [1.0] * 10,
        "household": [i // 2 for i in range(10)],
        "y": [0, 1] * 5,
    }
)
COLUMNS = list(TABLE.columns)
SPEC = make_pipeline(
    TABLE, "y", "binary", types={"note": "text", "size": "ordinal"}, orders={"size": ["S", "L"]},
    roles={"weight": "dropped", "household": "dropped"},
)  # fmt: skip
NAMES = [s.name for s in SPEC.steps]
MIDDLE = [s.name for s in SPEC.steps if s.kind in ("preprocess", "feature")]


def changed(**update):
    return SPEC.model_copy(update=update)


def step(name, **update):
    steps = [s.model_copy(update=update) if s.name == name else s for s in SPEC.steps]
    return changed(steps=steps)


def split(**update):
    return changed(split=SPEC.split.model_copy(update=update))


def linked(*edges):
    """The pipeline with further edges (a, b): b after a."""
    steps = {s.name: s for s in SPEC.steps}
    for before, after in edges:
        known = steps[after]
        steps[after] = known.model_copy(update={"after": [*known.after, before]})
    return changed(steps=list(steps.values()))


def without(name):
    return changed(steps=[s for s in SPEC.steps if s.name != name])


BROKEN = {
    # cycle
    "PIP403": [linked((a, b), (b, a)) for a, b in [*pairwise(MIDDLE), ("numbers", "numbers")]],
    # unknown step
    "PIP301": [step(name, use="x" + name) for name in MIDDLE],
    # unknown parameter
    "PIP305": [step(name, params={"no_such": 1}) for name in MIDDLE],
    # wrong type of a parameter
    "PIP306": [
        step("numbers", params={"impute": 3}), step("numbers", params={"indicator": "yes"}),
        step("categories", params={"max_native": "many"}), step("dates", params={"parts": "year"}),
        step("texts", params={"dimensions": 3.5}), step("model", params={"families": "linear"}),
    ],
    # unknown column
    "PIP304": [step(name, columns=[*next(s.columns for s in SPEC.steps if s.name == name), "agee"])
               for name in MIDDLE],
    # two trainers, or none
    "PIP202": [changed(steps=[*SPEC.steps, Step(name=f"t{k}", kind="train", use="search")])
               for k in range(5)] + [without("model")],
    # the target or what divides the rows as a feature
    "PIP101": [changed(features=[*SPEC.features[:k], "y"]) for k in range(6)],
    # fit outside the split: rows cannot be divided
    "PIP104": [split(kind=kind) for kind in ("time", "group", "fold")],
    "PIP105": [split(test_share=0.0), split(test_share=1.5), split(folds=1)],
    # edges against the order, or to steps that do not exist
    "PIP402": [step(name, after=["model"]) for name in MIDDLE],
    # a feature that is prepared twice, or not at all
    "PIP501": [without(name) for name in MIDDLE],
    # gaps in the order: what is made does not come from the table, or does not reach the model
    "PIP404": [
        *(step(name, after=[]) for name in [*MIDDLE, "model", "score"]),
        *(step("model", after=[n for n in MIDDLE if n != name]) for name in MIDDLE),
        step("score", after=["read"]),
    ],
    "PIP405": [step("model", after=[*MIDDLE, MIDDLE[0]])],
    # no table, no answers, or two of them
    "PIP203": [
        without("read"), without("score"), changed(steps=[]),
        changed(steps=[*SPEC.steps, Step(name="again", kind="predict", use="predict")]),
    ],
    # what stands in a parameter
    "PIP309": [
        step("categories", params={"max_native": -5}), step("texts", params={"dimensions": 0}),
        step("texts", params={"dimensions": 10**9}), step("dates", params={"parts": []}),
        step("dates", params={"parts": ["year", "year"]}), step("model", params={"families": []}),
        step("ordinals", params={}), step("ordinals", params={"order": {"size": []}}),
        step("ordinals", params={"order": {"size": "S,L"}}),
        step("ordinals", params={"order": {"size": ["S", "S"]}}),
    ],
    "PIP304 inside": [
        step("categories", params={"numbers": ["nope"]}),
        step("ordinals", params={"order": {"size": ["S", "L"], "age": ["1"]}}),
        step("read", params={"missing": {"nope": ["?"]}}),
        step("read", params={"merge_spellings": ["nope"]}), step("read", columns=["age", "y"]),
    ],
    "PIP306 inside": [step("read", params={"missing": {"age": -200}})],
    "PIP303": [step("model", columns=["age"]), step("score", columns=["age"])],
    # columns in a role that they cannot have
    "PIP103": [changed(weight="y"), changed(weight="age")],
    "PIP104 column": [split(kind="group", column="y"), split(kind="hash", column="household")],
    "PIP105 folds": [split(folds=5_000), split(seed=-1), split(test_share=float("nan"))],
    "PIP106": [changed(weight="no such"), changed(sensitive=["no such"]),
               split(kind="time", column="no such")],
    "PIP108": [changed(features=[*SPEC.features, "age"])],
    "PIP109": [
        changed(metric="rmse"), changed(task="multiclass", positive="1"),
        changed(task="regression", metric="roc_auc"), changed(classes=["0", "1"], positive="7"),
        changed(task="multiclass", costs=Costs(false_positive=1, false_negative=8)),
    ],
}  # fmt: skip
GOOD = [
    *(step("model", params={"families": [name]}) for name in DEFAULT_FAMILIES),
    *(step("dates", params={"parts": [part]}) for part in DATE_PARTS),
    *(split(folds=folds) for folds in (2, 3, 10)),
    *(split(test_share=share) for share in (0.05, 0.1, 0.3, 0.5)),
    *(step("categories", params={"max_native": limit}) for limit in (0, 10, 200)),
    *(step("texts", params={"dimensions": count}) for count in (1, 16, 64)),
    *(step("numbers", params={"impute": how}) for how in ("median", "mean")),
    *(split(kind=kind, column="household") for kind in ("group", "fold")),
    split(kind="time", column="since"),
    changed(weight="weight"),
    step("model", params={"families": list(DEFAULT_FAMILIES), "variants": False}),
    step("categories", after=["numbers"]),
    linked(("numbers", "categories")),
    linked(("numbers", "categories"), ("categories", "dates")),
    changed(steps=list(reversed(SPEC.steps))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "spec"),
    [pytest.param(code.split()[0], s, id=f"{code}-{k}") for code, group in BROKEN.items()
     for k, s in enumerate(group)],
)  # fmt: skip
def test_a_broken_pipeline_is_refused_at_once_with_code_path_and_fix(code, spec):
    began = time.process_time()
    problems = validate(spec, COLUMNS)
    assert time.process_time() - began < 2  # a hundredth, and what the collector takes meanwhile
    named = next(p for p in problems if p.code == code)
    assert named.path
    assert named.fix.endswith((".", "?"))
    assert named.code in named.text


@pytest.mark.parametrize("spec", GOOD, ids=range(len(GOOD)))
def test_a_good_pipeline_passes_and_is_read_back_alike(spec):
    assert validate(spec, COLUMNS) == []
    assert PipelineSpec.model_validate_json(spec.model_dump_json()) == spec


def test_there_are_as_many_as_promised():
    assert sum(len(group) for group in BROKEN.values()) >= 60
    assert len(GOOD) >= 40
    assert len({spec.sha256 for spec in GOOD}) == len(GOOD)
