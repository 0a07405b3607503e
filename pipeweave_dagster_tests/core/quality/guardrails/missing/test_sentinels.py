"""PW302: sentinel numbers for missing values."""

import numpy as np
import pytest

from pipeweave_dagster.core.documents import DatasetSettings

N = 600


def test_a_repeated_value_far_from_all_others_alerts_until_it_is_declared(findings_of, rng):
    x = rng.normal(size=N)
    sensor = np.where(np.arange(N) < 20, -200.0, 50 + x)
    columns = {"x": x, "sensor": sensor, "y": rng.integers(0, 2, N)}
    [finding] = findings_of("PW302", columns)
    assert finding.columns == ["sensor"]
    assert "it is probably a sentinel for missing values." in finding.message
    assert (finding.evidence["value"], finding.evidence["rows"]) == (-200.0, 20)
    assert finding.patch == {"columns": {"sensor": {"missing": ["-200"]}}}
    assert finding.proposal == 'If so, set columns: {sensor: {missing: ["-200"]}}.'
    accepted = DatasetSettings.model_validate(finding.patch)
    assert findings_of("PW302", columns, settings=accepted) == []


@pytest.mark.parametrize("value", [-999.0, -1.0, 9999.0])
@pytest.mark.parametrize("rows", [5, 40])
def test_few_of_many_rows_are_enough_for_a_common_sentinel(findings_of, rng, value, rows):
    x = rng.normal(20, 1, 10_000)
    columns = {"sensor": np.where(np.arange(10_000) < rows, value, x)}
    [finding] = findings_of("PW302", {**columns, "y": rng.integers(0, 2, 10_000)})
    assert (finding.evidence["value"], finding.evidence["rows"]) == (value, rows)


@pytest.mark.parametrize(
    ("value", "least", "found"),
    [(-999, 0, True), (-9, 0, True), (-999, -5_000, False), (-1, 0, False), (-37, 0, False)],
)
def test_the_only_negative_number_is_one_beside_a_wide_range(findings_of, rng, value, least, found):
    amounts = rng.integers(least, 60_000, 3_000)
    amounts[:8] = value
    findings = findings_of("PW302", {"amount": amounts, "y": rng.integers(0, 2, 3_000)})
    assert [finding.evidence["rows"] for finding in findings] == [8] * found


def test_a_code_of_other_columns_counts_in_few_rows(findings_of, rng):
    columns = {f"q{k}": rng.integers(1, 5, 3_000) for k in range(3)}
    for refused, answers in zip([300, 90, 8], columns.values(), strict=True):
        answers[rng.choice(3_000, refused, replace=False)] = -9
    found = findings_of("PW302", {**columns, "y": rng.integers(0, 2, 3_000)})
    assert [finding.columns for finding in found] == [["q0"], ["q1"], ["q2"]]


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ([-1, 1, 2, 3, 4, 5], -1.0),
        ([1, 2, 3, 99], 99.0),
        ([0, 1, 2, -9], -9.0),
        ([-1, 0, 1, 2], None),  # no gap
        ([-1, 1], None),
        ([-1, 1, 2], None),
        ([1, 2, 4, 8, 99], None),  # gaps elsewhere
        ([1, 2, 3, 9], None),
        ([-1, 1, 1.5, 3], None),
        ([-1, 1, 2, 1e308], None),
    ],
)
def test_codes_have_a_sentinel_where_it_leaves_a_gap(findings_of, rng, codes, found):
    columns = {"answer": rng.permutation(np.resize(codes, 600)), "x": rng.normal(size=600)}
    findings = findings_of("PW302", {**columns, "y": rng.integers(0, 2, 600)})
    assert [finding.evidence["value"] for finding in findings] == [found] * (found is not None)


def test_one_value_in_many_columns_is_one_finding(findings_of, rng):
    columns = {f"q{k}": rng.permutation(np.resize([-1, 1, 2, 3, 4], 600)) for k in range(12)}
    settings = DatasetSettings(overrides=[{"finding": "PW302", "column": "q3", "reason": "known"}])
    table = {**columns, "y": rng.integers(0, 2, 600)}
    one, many = findings_of("PW302", table, settings=settings)
    assert (one.columns, one.overridden) == (["q3"], "known")
    assert many.columns == [f"q{k}" for k in range(12) if k != 3]
    assert "11 columns have the value -1, apart from all others, in 120 to 120" in many.message
    assert many.proposal == 'If so, set missing: ["-1"] for each of them.'
    accepted = DatasetSettings.model_validate(many.patch)
    assert [f.columns for f in findings_of("PW302", table, settings=accepted)] == [["q3"]]


def test_two_values_in_many_columns_are_two_findings(findings_of, rng):
    codes = {0: [-1, 1, 2, 3, 4], 1: [1, 2, 3, 4, 99]}
    columns = {f"q{k}": rng.permutation(np.resize(codes[k % 2], 600)) for k in range(7)}
    found = findings_of("PW302", {**columns, "y": rng.integers(0, 2, 600)})
    assert [finding.columns for finding in found] == [["q0", "q2", "q4", "q6"], ["q1", "q3", "q5"]]


@pytest.mark.parametrize(
    "largest",
    [(999.0, 4), (640.0, 30), (99.0, 30)],
    ids=["fewer than five rows", "not a common sentinel", "not far from the others"],
)
def test_other_largest_values_of_few_rows_pass(findings_of, rng, largest):
    value, rows = largest
    x = np.where(np.arange(10_000) < rows, value, rng.uniform(0, 90, 10_000))
    assert findings_of("PW302", {"x": x, "y": rng.integers(0, 2, 10_000)}) == []


def test_counts_with_many_zeros_pass(findings_of, rng):
    columns = {"x": rng.poisson(3, N), "z": np.maximum(0, rng.normal(size=N))}
    assert findings_of("PW302", {**columns, "y": rng.integers(0, 2, N)}) == []
