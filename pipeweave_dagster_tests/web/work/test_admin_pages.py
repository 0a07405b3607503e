"""The audit log is for administrators; approvers turn retraining on and off."""

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster_tests.factories.registry import register

HOSTILE = "<script>alert(1)</script>"


def test_the_audit_log_is_shown_newest_first(person):
    ada = person(Role.ADMIN)
    for number in range(3):
        audit.record(ada.store, "promote", f"set-{number}", after={"x": HOSTILE}, reason=HOSTILE)
    page = ada.opens("/audit").text
    assert page.index("set-2") < page.index("set-1") < page.index("set-0")
    assert HOSTILE not in page
    assert "set-0" not in ada.opens("/audit?days=1&subject=set-2").text
    assert "No entries" in ada.opens("/audit?subject=set").text
    assert person(Role.APPROVER).opens("/audit").status_code == 403


def test_retraining_is_turned_off_and_on(person):
    ada = person(Role.APPROVER)
    register(ada.store, "1", 0.8)
    for enabled in (False, True):
        sent = ada.sends(
            "/datasets/demo/schedule", {"enabled": "yes" if enabled else "no"}, token=None
        )
        assert sent.headers["location"] == "/schedules"
        assert settings_of(ada.store, "demo").retrain.enabled is enabled
    assert {e.who for e in audit.entries(ada.store)} == {"a-approver"}
    page = ada.opens("/schedules")
    assert page.status_code == 200
    assert "once Dagster" in page.text
