"""The section on changes since the previous version."""

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.eda import ReportOptions
from pipeweave_dagster_tests.core.eda.hourly_rows import WARM, N, summary
from pipeweave_dagster_tests.factories import make_dataset


def test_changes_since_the_previous_version_are_listed(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    before = {"x": WARM, "k": ["a", "b"] * (N // 2), "y": [w * 2 for w in WARM]}
    old = make_dataset(folders[0], before, "y", "regression")
    version = Version(snapshot=old.snapshot, meaning=old.schema, data=old.data)
    now = {"x": [w + 9 for w in WARM], "k": ["a", "c"] * (N // 2), "y": [w * 2 for w in WARM]}
    found, html = summary(folders[1], now, options=ReportOptions(previous=version))
    assert {(c["code"], c["column"]) for c in found["drift"]["changes"]} == {("NEW_CATEGORY", "k")}
    assert [c["name"] for c in found["drift"]["moved"] if c["drifted"]] == ["x", "k"]
    assert "Since the previous version" in html
    first, html = summary(folders[1], now)
    assert first["drift"] is None
    assert "Since the previous version" not in html
