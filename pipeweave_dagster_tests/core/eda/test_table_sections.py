"""The sections about the whole table."""

from pipeweave_dagster_tests.core.eda.hourly_rows import WARM, summary


def test_duplicates_have_a_section_of_their_own(tmp_path):
    columns = {"id": list(range(300)), "x": WARM[:100] * 3, "y": WARM[:100] * 3}
    found, html = summary(tmp_path, columns, roles={"id": "identifier"})
    assert found["duplicates"]["rows"] == 0
    assert found["duplicates"]["rows_without_identifiers"] == 200
    assert found["duplicates"]["largest_group"] == 3
    assert "duplicates without identifier columns" in html
