"""PW605: rows shared by training and test, and labels spelled differently."""

import numpy as np

from pipeweave_dagster.core.documents import DatasetSettings, SplitSetting

N = 2000
SETTINGS = DatasetSettings(split=SplitSetting(fold="part"))


def test_shared_rows_are_counted_with_normalised_labels(findings_of, rng):
    x, y = rng.normal(size=N), rng.random(N) < 0.3
    label = np.where(y, ">50K", "<=50K")
    shared = np.append(label[:23], np.where(y[23:26], "<=50K", ">50K"))
    columns = {
        "a": np.concatenate([x, x[:26], rng.normal(size=474)]),
        "b": np.concatenate([x**2, x[:26] ** 2, rng.normal(size=474)]),
        "part": ["train"] * N + ["test"] * 500,
        "y": np.concatenate([label, np.char.add(shared, "."), np.char.add(label[:474], ".")]),
    }
    [labels, rows] = findings_of("PW605", columns, "multiclass", settings=SETTINGS)
    assert (labels.state, labels.evidence) == ("alerted", {"labels": 2})
    assert rows.state == "alerted"
    assert rows.evidence == {"rows": 23, "rows_by_features": 26, "test_rows": 500}


def test_disjoint_parts_pass(findings_of, rng):
    part = np.where(np.arange(N) < 1500, "train", "test")
    columns = {"a": rng.normal(size=N), "part": part, "y": rng.integers(0, 2, N)}
    assert findings_of("PW605", columns, settings=SETTINGS) == []
