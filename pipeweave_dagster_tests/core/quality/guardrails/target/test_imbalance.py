"""PW105: a rare class changes the metric; tiny classes of several are an alert."""

import numpy as np

from pipeweave_dagster_tests.factories import brief


def test_a_rare_class_is_never_judged_by_accuracy(findings_of, rng):
    columns = {"x": rng.normal(size=2000), "y": np.arange(2000) < 41}
    [finding] = findings_of("PW105", columns)
    assert (finding.state, finding.patch) == ("fixed", {"metric": "log_loss"})
    assert finding.evidence["rows"] == 41


def test_tiny_classes_of_several_are_an_alert(findings_of, rng):
    columns = {"x": rng.random(204), "y": ["a", "b"] * 100 + ["c"] * 4}
    found = findings_of("PW105", columns, "multiclass")
    assert brief(found) == [("PW105", "alerted", "y")]


def test_a_class_too_small_for_five_test_rows_is_named(findings_of, rng):
    columns = {"x": rng.random(212), "y": ["a", "b"] * 100 + ["crack"] * 12}
    [finding] = findings_of("PW105", columns, "multiclass")
    assert "1 of 3 classes has fewer than 25 rows ('crack': 12)" in finding.message


def test_balanced_classes_pass(findings_of, rng):
    assert findings_of("PW105", {"x": rng.random(200), "y": ["a", "b"] * 100}) == []
