"""All guardrails together: groups, overrides, proposals, privacy and determinism."""

import datetime as dt
import os
from typing import get_args

import numpy as np
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, Override
from pipeweave_dagster.core.documents.findings import Group
from pipeweave_dagster.core.quality import inspect, run
from pipeweave_dagster_tests.factories import brief, make_dataset

N = 600
COPY = Override(finding="PW204", column="copy", reason="known before the exam")


@pytest.fixture
def copied(rng):
    y = rng.integers(0, 2, N)
    return {"x": rng.normal(size=N), "copy": y, "y": y}


def test_a_clean_table_passes_and_every_group_has_a_finding(inspect_columns, rng):
    columns = {"x": rng.random(N), "k": np.arange(N), "y": rng.choice(["no", "yes"], N)}
    found = inspect_columns(columns)
    assert found.blocked == []
    assert {f.group for f in found.findings} == set(get_args(Group))


def test_one_override_is_enough_for_a_column_and_keeps_its_finding(inspect_columns, copied):
    found = inspect_columns(copied, settings=DatasetSettings(overrides=[COPY]))
    assert found.blocked == []
    overridden = [f.overridden for f in found.findings if f.code == "PW204"]
    assert overridden == ["known before the exam"]
    assert found.overrides == ["PW204 copy: known before the exam"]


def test_an_override_that_matches_is_reported_as_in_use(inspect_columns, copied):
    found = inspect_columns(copied, settings=DatasetSettings(overrides=[COPY]))
    assert brief(f for f in found.findings if f.code == "PW508") == [("PW508", "passed")]


def test_an_override_that_matches_nothing_is_stale(findings_of, rng):
    settings = DatasetSettings(overrides=[Override(finding="PW204", column="z", reason="why not")])
    columns = {"x": rng.random(N), "y": rng.integers(0, 2, N)}
    found = findings_of("PW508", columns, settings=settings)
    assert brief(found) == [("PW508", "alerted", "z")]


def test_every_proposal_can_be_accepted(inspect_columns, rng):
    x, y = rng.normal(size=N), rng.integers(0, 2, N)
    columns = {
        "id": np.arange(N),
        "copy": y,
        "a": y - x,
        "b": x,
        "gone": [None] * (N - 9) + [1.0] * 9,
        "one": ["k"] * N,
        "city": [f"c{i % 150}" for i in range(N)],
        "day": [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(N)],
        "y": y,
    }
    found = inspect_columns(columns, roles={"id": "identifier"}, question="Is y a rank?").findings
    patched = [finding for finding in found if finding.patch]
    codes = {"PW106", "PW204", "PW206", "PW301", "PW501", "PW502"}
    assert codes <= {f.code for f in patched}
    for finding in patched:
        DatasetSettings.model_validate(finding.patch)
    assert all(finding.proposal for finding in found if finding.state in {"alerted", "blocked"})


def test_values_of_sensitive_columns_are_not_in_any_finding(inspect_columns, rng):
    y = rng.integers(0, 2, N)
    secret = np.where(y == 1, "ann@example.org", "bob@example.org")
    columns = {"mail": secret, "x": rng.normal(size=N), "y": y}
    found = inspect_columns(columns, pii={"mail": "email"})
    assert found.blocked
    assert b"example.org" not in found.to_json()


def test_equal_inputs_give_equal_documents(inspect_columns, copied):
    assert inspect_columns(copied).to_json() == inspect_columns(copied).to_json()


def test_the_report_and_the_findings_of_a_table_inspect_it_once(tmp_path, copied, monkeypatch):
    made = make_dataset(tmp_path, copied, "y", "binary")

    def inspected(settings=None):
        return inspect(made.snapshot, made.schema, made.data, settings or DatasetSettings())

    first = inspected()
    counted = []
    run_all = run.run_all
    monkeypatch.setattr(run, "run_all", lambda case: counted.append(case) or run_all(case))
    assert inspected() == first
    assert not counted
    assert inspected(DatasetSettings(overrides=[COPY])) != first
    assert len(counted) == 1
    os.utime(made.data, ns=(1, 1))
    assert inspected() == first
    assert len(counted) == 2
