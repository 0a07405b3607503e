"""The section on missing values."""

from pipeweave_dagster_tests.core.eda.hourly_rows import HOURS, WARM, N, R, summary


def test_a_sentinel_shared_by_sensors_counts_as_missing(tmp_path):
    def sensor(usual):
        return [-200.0 if 100 <= i < 466 else usual + R.gauss(0, usual / 9) for i in range(N)]

    columns = {f"s{i}": sensor(100 * (i + 1)) for i in range(9)}
    columns["wide"] = [-200.0 if 100 <= i < 466 else R.uniform(5, 1500) for i in range(N)]
    columns["cabin"] = ["?" if i % 2 else f"C{i % 30}" for i in range(N)]
    found, html = summary(tmp_path, {**columns, "when": HOURS, "y": WARM})
    gaps = {c["name"]: c for c in found["missingness"]["columns"]}
    assert gaps["cabin"] | {"share": 0} == {
        "name": "cabin", "missing": N // 2, "share": 0, "stands_for_missing": ["?"],
    }  # fmt: skip
    del gaps["cabin"]
    assert {c["missing"] for c in gaps.values()} == {366}
    assert set(gaps) == {f"s{i}" for i in range(9)} | {"wide"}
    assert found["missingness"]["patterns"][-1]["rows"] in {183, N // 2 - 183}
    assert "-200" in html
    assert "counted as missing" in html
