"""PW702: far fewer rows than in the previous version."""

import pytest


@pytest.mark.parametrize(("rows", "evidence"), [(60, [{"rows": 60, "before": 600}]), (540, [])])
def test_a_tenth_of_the_rows_alerts_and_nine_tenths_pass(findings_of, table, rows, evidence):
    now = {name: values[:rows] for name, values in table.items()}
    assert [f.evidence for f in findings_of("PW702", now, previous=table)] == evidence
