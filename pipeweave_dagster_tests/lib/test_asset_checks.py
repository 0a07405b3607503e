"""Failed checks name the columns that they are about, so that alerts notice another one."""

import dagster as dg

from pipeweave_dagster.core.documents import ColumnDrift, DriftReport, Finding, Findings
from pipeweave_dagster.defs.findings.checks import check_results
from pipeweave_dagster.defs.monitoring.checks import drift_checks
from pipeweave_dagster.lib.asset_checks import columns_affected, columns_named

HOSTILE = "<script>\x00,'\"\u202e"


def test_columns_come_back_in_order_and_are_bounded() -> None:
    assert columns_named(columns_affected(["b", HOSTILE, "a", "b"])) == sorted({"a", "b", HOSTILE})
    assert columns_affected([]) == {}
    assert len(columns_named(columns_affected(map(str, range(1000))))) == 200


def test_other_metadata_of_that_name_is_ignored() -> None:
    (key,) = columns_affected(["a"])
    for foreign in (dg.MetadataValue.json({"a": 1}), dg.MetadataValue.text("a")):
        assert columns_named({key: foreign}) == []


def test_findings_and_drift_name_their_columns() -> None:
    facts = {"title": "t", "group": "drift", "message": "m"}
    found = [
        Finding.model_validate({"code": code, "state": state, "columns": [column], **facts})
        for code, state, column in (("PW701", "alerted", "delay"), ("PW703", "passed", "origin"))
    ]
    named = {
        r.check_name: columns_named(r.metadata) for r in check_results(Findings(findings=found))
    }
    assert named["drift"] == ["delay"]
    assert named["size"] == []

    column = ColumnDrift(name="origin", score=0.3, threshold=0.1, drifted=True, note="n")
    report = DriftReport(
        batch="b", rows=300, method="m", columns=[column], verdict="drifted", notes=[]
    )
    stable, _ = drift_checks(report, "")
    assert columns_named(stable.metadata) == ["origin"]
    few = {"columns": [], "verdict": "too few rows", "notes": ["Drift needs 50 rows."]}
    stable, _ = drift_checks(report.model_copy(update=few), "")
    assert (stable.passed, stable.description) == (True, "Drift needs 50 rows.")
