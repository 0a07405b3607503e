"""PW303: placeholder texts for missing values."""

from pipeweave_dagster.core.documents import DatasetSettings

N = 600


def test_a_placeholder_alerts_until_it_is_declared(findings_of, rng):
    cabin = ["?" if i % 3 else f"C{i % 40}" for i in range(N)]
    columns = {"cabin": cabin, "x": rng.normal(size=N), "y": rng.integers(0, 2, N)}
    [finding] = findings_of("PW303", columns)
    assert finding.evidence["rows"] == {"cabin": cabin.count("?")}
    assert finding.patch == {"columns": {"cabin": {"missing": ["?"]}}}
    accepted = DatasetSettings.model_validate(finding.patch)
    assert findings_of("PW303", columns, settings=accepted) == []


def test_many_such_columns_are_one_finding(findings_of, rng):
    columns = {f"c{k}": ["?" if i % 9 == k else "abc"[i % 3] for i in range(N)] for k in range(5)}
    [finding] = findings_of("PW303", {**columns, "y": rng.integers(0, 2, N)})
    assert finding.columns == list(columns)
    assert finding.message.startswith("5 columns contain '?'")


def test_categories_and_personal_data_pass(findings_of, rng):
    columns = {"alley": ["none", "paved"] * 300, "mail": ["?", "a@b.org"] * 300}
    columns["y"] = rng.integers(0, 2, N)
    assert findings_of("PW303", columns, pii={"mail": "email"}) == []
