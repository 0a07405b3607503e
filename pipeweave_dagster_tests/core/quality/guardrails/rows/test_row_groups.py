"""PW604: groups of rows with one outcome call for a split by group."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import DatasetSettings, SplitSetting

N = 600


def test_groups_with_one_outcome_alert_until_the_split_keeps_them_together(findings_of, rng):
    y = rng.integers(0, 2, N)
    columns = {"patient": [f"p{2 * (i // 6) + label}" for i, label in enumerate(y)], "y": y}
    [finding] = findings_of("PW604", columns)
    assert (finding.state, finding.columns) == ("alerted", ["patient"])
    settings = DatasetSettings(split=SplitSetting(group="patient"))
    assert findings_of("PW604", columns, settings=settings) == []


def test_numbered_groups_alert_and_a_quantity_passes(findings_of, rng):
    numbered = rng.permutation(100)[np.arange(N) // 6] + 1000
    outcome = (rng.random(100) < 0.5)[np.unique(numbered, return_inverse=True)[1]].astype(int)
    assert [f.columns for f in findings_of("PW604", {"n": numbered, "y": outcome})] == [["n"]]
    age = rng.integers(20, 70, N)
    assert findings_of("PW604", {"age": age, "y": (age > 45).astype(int)}) == []


def test_groups_with_mixed_outcomes_pass(findings_of, rng):
    columns = {"patient": [f"p{i % 150}" for i in range(N)], "y": rng.integers(0, 2, N)}
    assert findings_of("PW604", columns) == []


def test_a_measured_gap_keeps_groups_together(findings_of, by_group):
    [finding] = [f for f in findings_of("PW604", by_group, "regression") if f.state == "fixed"]
    assert finding.columns == ["patient"]
    assert finding.patch == {"split": {"group": "patient"}}
    assert "whole groups are the test rows" in finding.message
    assert finding.proposal == "To keep the random split, set split: {random: true}."


def test_a_time_in_the_table_is_named_for_later_rows_of_the_same_groups(findings_of, by_group, rng):
    visit = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        rng.integers(0, 700, len(by_group["patient"])), "D"
    )
    columns = {**by_group, "visited on": visit}
    [finding] = [f for f in findings_of("PW604", columns, "regression") if f.state == "fixed"]
    assert 'later ones of the same groups, set split: {time: "visited on"}.' in finding.proposal
    assert "{random: true}" in finding.proposal
