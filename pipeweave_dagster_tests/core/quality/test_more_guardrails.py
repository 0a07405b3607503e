"""Sentinels, impossible zeros, spellings, time order and groups of rows."""

import datetime as dt

import numpy as np

from pipeweave_dagster.core.documents import DatasetSettings, SplitSetting
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset

N = 600
RNG = np.random.default_rng(0)
X = RNG.normal(size=N)
Y = RNG.integers(0, 2, N)


def found(path, code, columns, settings=None, **more):
    case = make_dataset(path, {"y": Y, **columns}, "y", **more)
    findings = inspect(case.snapshot, case.schema, case.data, settings or DatasetSettings())
    told = [f for f in findings.findings if f.code == code and f.state != "passed"]
    return [(f.columns, f.evidence, f.message) for f in told]


def test_a_repeated_value_far_from_all_others_stands_for_missing(tmp_path):
    gone = np.where(np.arange(N) < 20, -200.0, 50 + X)
    hits = found(tmp_path, "PW302", {"x": X, "gone": gone})
    assert [(c, e["value"], e["rows"]) for c, e, _ in hits] == [(["gone"], -200.0, 20)]


def test_counts_with_many_zeros_have_no_sentinel(tmp_path):
    assert found(tmp_path, "PW302", {"x": RNG.poisson(3, N), "z": np.maximum(0, X)}) == []


def test_zeros_of_a_measurement_are_impossible(tmp_path):
    length = np.where(np.arange(N) < 3, 0.0, 5.7 + X / 4)
    hits = found(tmp_path, "PW602", {"length": length, "price": np.maximum(0, X + 2)})
    assert [(c, e["rows"]) for c, e, _ in hits] == [(["length"], 3)]


def test_spellings_of_one_category_are_found_and_rare_ones_not_shown(tmp_path):
    sex = ["male"] * 300 + ["female"] * 280 + [" Male "] * 18 + ["MALE"] * 2
    [(columns, evidence, message)] = found(tmp_path, "PW504", {"sex": sex})
    assert (columns, evidence) == (["sex"], {"categories": 1, "rows": 20})
    assert "' Male '" in message
    assert "MALE" not in message


def test_rows_in_the_order_of_time_call_for_a_split_by_time(tmp_path):
    days = {"day": [dt.date(2024, 1, 1) + dt.timedelta(days=i // 3) for i in range(N)]}
    assert [c for c, *_ in found(tmp_path, "PW603", days)] == [["day"]]
    split = DatasetSettings(split=SplitSetting(time="day"))
    assert found(tmp_path, "PW603", days, split) == []
    shuffled = {"day": RNG.permutation(days["day"]).tolist()}
    assert found(tmp_path, "PW603", shuffled) == []


def test_groups_with_one_outcome_call_for_a_split_by_group(tmp_path):
    patient = [f"p{2 * (i // 6) + y}" for i, y in enumerate(Y)]
    assert [c for c, *_ in found(tmp_path, "PW604", {"patient": patient})] == [["patient"]]
    split = DatasetSettings(split=SplitSetting(group="patient"))
    assert found(tmp_path, "PW604", {"patient": patient}, split) == []
    numbered = RNG.permutation(100)[np.arange(N) // 6] + 1000
    outcome = {
        "y": (RNG.random(100) < 0.5)[np.unique(numbered, return_inverse=True)[1]].astype(int)
    }
    assert [c for c, *_ in found(tmp_path, "PW604", {**outcome, "n": numbered})] == [["n"]]
    age = RNG.integers(20, 70, N)
    assert found(tmp_path, "PW604", {"y": (age > 45).astype(int), "age": age}) == []
    other = [f"p{i % 150}" for i in range(N)]
    assert found(tmp_path, "PW604", {"patient": other}) == []


def test_every_proposal_can_be_accepted(tmp_path):
    columns = {
        "id": np.arange(N),
        "copy": Y,
        "a": Y - X,
        "b": X,
        "gone": [None] * (N - 9) + [1.0] * 9,
        "one": ["k"] * N,
        "city": [f"c{i % 150}" for i in range(N)],
        "day": [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(N)],
        "y": Y,
    }
    case = make_dataset(tmp_path, columns, "y", roles={"id": "identifier"}, question="Is y a rank?")
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings()).findings
    patched = [finding for finding in found if finding.patch]
    assert {"PW106", "PW204", "PW206", "PW301", "PW501", "PW502", "PW603"} <= {
        f.code for f in patched
    }
    for finding in patched:
        DatasetSettings.model_validate(finding.patch)
    assert all(finding.proposal for finding in found if finding.state in {"alerted", "blocked"})
