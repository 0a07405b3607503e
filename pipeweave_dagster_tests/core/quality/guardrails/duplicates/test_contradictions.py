"""PW402: identical features with different labels."""

import numpy as np

N = 2000


def test_identical_features_with_different_labels_are_counted(findings_of, rng):
    x, y = rng.random(200), rng.choice(["no", "yes"], 200)
    columns = {"x": np.append(x, x[:20]), "y": np.append(y, ["a", "b"] * 10)}
    [finding] = findings_of("PW402", columns, "multiclass")
    assert (finding.state, finding.evidence["groups"]) == ("alerted", 20)


def test_a_block_of_identical_rows_with_both_labels_is_one_group(inspect_columns, rng):
    x = np.where(np.arange(N) < 600, 0.5, rng.normal(size=N))
    y = np.where(np.arange(N) < 600, np.arange(N) % 50 == 0, rng.random(N) < 0.3).astype(int)
    found = inspect_columns({"a": x, "b": x**2, "y": y}).findings
    [contradiction] = [f for f in found if f.code == "PW402"]
    assert (contradiction.evidence["groups"], contradiction.evidence["rows"]) == (1, 600)
    [repeats] = [f for f in found if f.code == "PW401"]
    assert repeats.evidence["rows_without_identifiers"] == 598


def test_distinct_features_pass(findings_of, rng):
    assert findings_of("PW402", {"x": rng.random(200), "y": ["a", "b"] * 100}) == []
