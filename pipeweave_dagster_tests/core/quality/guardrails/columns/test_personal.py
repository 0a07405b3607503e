"""PW510: columns that look personal are named, with what may be set for them."""

import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster_tests.factories import brief, make_dataset

N = 90


@pytest.fixture
def found(tmp_path):
    columns = {"email": [f"e{i}@b.org" for i in range(N)], "x": range(N), "y": [0, 1] * (N // 2)}
    table = make_dataset(tmp_path, columns, "y", "binary")

    def found_(**settings):
        given = DatasetSettings(target="y", **settings)
        schema = deduce(table.snapshot, table.data, given)
        findings = inspect(table.snapshot, schema, table.data, given).findings
        return [f for f in findings if f.code == "PW510" and f.state != "passed"]

    return found_


def test_a_column_that_looks_personal_is_named_with_what_may_be_set(found):
    (hidden,) = found()
    (masked,) = found(privacy_default="mask")
    assert brief([hidden, masked]) == [("PW510", "fixed", "email")] * 2
    assert "e-mail addresses" in hidden.message
    assert "privacy_default: mask" in hidden.proposal
    assert "privacy_default: mask" in masked.message
    assert "privacy: allow" in masked.proposal
    assert not hidden.patch
    assert "@b.org" not in f"{hidden}{masked}"


@pytest.mark.parametrize("policy", ["allow", "mask"])
def test_a_column_that_the_settings_decide_about_is_not(found, policy):
    assert not found(columns={"Email": {"privacy": policy}}, privacy_default="mask")
