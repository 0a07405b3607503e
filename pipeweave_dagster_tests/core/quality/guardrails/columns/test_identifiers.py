"""PW502: identifiers are dropped, unless their order is predictive."""

import numpy as np
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster_tests.factories import brief

N = 800
ID = {"id": "identifier"}


@pytest.mark.parametrize(
    ("share", "state"),
    [(0.0, "fixed"), (0.4, "alerted"), (1.0, "fixed")],
    ids=["not predictive", "predictive", "perfect"],
)
def test_an_identifier_whose_order_is_predictive_is_used(findings_of, rng, share, state):
    late, random = np.arange(N) > N // 2, rng.integers(0, 2, N).astype(bool)
    label = np.where(rng.random(N) < share, late, random)
    columns = {"id": np.arange(N), "x": rng.random(N), "y": label}
    assert brief(findings_of("PW502", columns, roles=ID)) == [("PW502", state, "id")]


@pytest.mark.parametrize("spelled", ["id", "ID"])
def test_a_declared_id_is_never_a_feature(findings_of, rng, spelled):
    late, random = np.arange(N) > N // 2, rng.integers(0, 2, N).astype(bool)
    label = np.where(rng.random(N) < 0.4, late, random)
    columns = {"id": np.arange(N), "x": rng.random(N), "y": label}
    declared = DatasetSettings(id=spelled)
    (found,) = findings_of("PW502", columns, roles=ID, settings=declared)
    assert found.state == "fixed"
    assert found.message == "'id' is declared as the id of a row, so it is not used as a feature."
    assert found.patch == {"columns": {"id": {"drop": True}}}


def test_a_rare_third_class_does_not_hide_a_predictive_identifier(findings_of, rng):
    label = np.where(np.arange(N) > N // 2, "yes", rng.choice(["no", "yes"], N))
    label[7::90] = "odd"
    columns = {"id": np.arange(N), "x": rng.random(N), "y": label}
    found = findings_of("PW502", columns, "multiclass", roles=ID)
    assert brief(found) == [("PW502", "alerted", "id")]


def test_a_feature_with_distinct_values_alerts(findings_of, rng):
    columns = {"code": [f"k{i}" for i in range(N)], "y": rng.integers(0, 2, N)}
    assert brief(findings_of("PW502", columns)) == [("PW502", "alerted", "code")]


def test_high_cardinality_is_not_an_identifier(findings_of, rng):
    surname = [f"name{int(i)}" for i in rng.zipf(1.3, N) % 600]
    assert findings_of("PW502", {"surname": surname, "y": rng.integers(0, 2, N)}) == []
