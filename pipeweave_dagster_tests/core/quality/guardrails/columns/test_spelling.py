"""PW504: categories with several spellings."""

import pytest

from pipeweave_dagster.core.documents import DatasetSettings


@pytest.fixture
def columns(rng):
    sex = ["male"] * 300 + ["female"] * 280 + [" Male "] * 18 + ["MALE"] * 2
    return {"sex": sex, "y": rng.integers(0, 2, 600)}


def test_spellings_are_counted_and_rare_ones_hidden(findings_of, columns):
    [finding] = findings_of("PW504", columns)
    assert (finding.columns, finding.evidence) == (["sex"], {"categories": 1, "rows": 20})
    assert "1 category has several spellings: 'male' = " in finding.message
    assert "' Male '" in finding.message
    assert "(hidden)" in finding.message
    assert "MALE" not in finding.message


def test_merging_the_spellings_settles_it(findings_of, columns):
    [finding] = findings_of("PW504", columns)
    accepted = DatasetSettings.model_validate(finding.patch)
    assert accepted.columns["sex"].merge_spellings
    assert findings_of("PW504", columns, settings=accepted) == []


def test_different_categories_pass(findings_of, rng):
    assert findings_of("PW504", {"k": ["a", "b", "a b"] * 200, "y": rng.integers(0, 2, 600)}) == []
