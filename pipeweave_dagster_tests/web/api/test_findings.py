"""Findings over HTTP: listed, answered all at once, and an answer taken back."""

import pytest

from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster_tests.factories.checked_dataset import put_checked

PATH = "/findings/checked"
ED, APPROVER = {"x-test": "ed editor"}, {"x-test": "ann approver"}
ACCEPT = {"do": "accept", "code": "PW204", "column": "late"}
OVERRIDE = {"do": "override", "code": "PW801", "reason": "it is fine"}


@pytest.fixture
def document(api):
    return put_checked(api.store, "checked")


def opened(api) -> list[str]:
    return [f["code"] for f in api.ask("GET", PATH)["findings"] if f["open"]]


def test_answers_are_given_listed_and_taken_back(api, document):
    facts = api.ask("GET", PATH)
    assert (facts["document"], facts["answers"]) == (document, [])
    assert [f["code"] for f in facts["findings"]] == ["PW204", "PW303", "PW801", "PW100"]
    assert opened(api) == ["PW204", "PW303", "PW801"]

    body = {"document": document, "answers": [ACCEPT, OVERRIDE]}
    done = api.ask("POST", f"{PATH}/answers", json=body, headers=ED)
    assert (done["key"], done["comments_kept"]) == ("uploads/checked/pipeweave.yaml", True)
    assert done["settings"]["columns"] == {"late": {"drop": True}}
    assert settings_of(api.store, "checked").overrides[0].by == "ed"
    assert opened(api) == ["PW303"]
    given = api.ask("GET", PATH)["answers"]
    assert done["answer_ids"] == [answer["answer_id"] for answer in given]
    assert [(a["do"], a["about"], a["by"]) for a in given] == [
        ("accept", "PW204 late", "ed"),
        ("override", "PW801", "ed"),
    ]

    for answer in given:
        api.ask("POST", f"{PATH}/undo", json={"answer_id": answer["answer_id"]}, headers=ED)
    settings = settings_of(api.store, "checked")
    assert not settings.overrides
    assert "late" not in settings.columns
    assert b"late" not in api.store.storage.get_tagged("uploads/checked/pipeweave.yaml")[0]
    assert opened(api) == ["PW204", "PW303", "PW801"]
    gone = {"answer_id": given[0]["answer_id"]}
    assert "no such answer" in api.ask("POST", f"{PATH}/undo", 422, json=gone)["message"]
    actions = [entry.action for entry in api.audited()]
    assert actions == ["accept", "override", "undo_answer", "undo_answer"]


def test_what_needs_no_action_is_acknowledged(api, document):
    body = {"document": document, "answers": [{"do": "acknowledge", "code": "PW801"}]}
    done = api.ask("POST", f"{PATH}/answers", json=body, headers=ED)
    assert (done["settings"], done["comments_kept"]) == ({}, True)
    assert not api.store.storage.stat("uploads/checked/pipeweave.yaml"), "no run follows"
    assert opened(api) == ["PW204", "PW303"]
    [given] = api.ask("GET", PATH)["answers"]
    assert (given["do"], given["about"], given["by"]) == ("acknowledge", "PW801", "ed")
    assert done["answer_ids"] == [given["answer_id"]]
    api.ask("POST", f"{PATH}/undo", json={"answer_id": given["answer_id"]}, headers=ED)
    assert opened(api) == ["PW204", "PW303", "PW801"]
    assert [entry.action for entry in api.audited()] == ["acknowledge", "undo_answer"]
    api.ask("POST", f"{PATH}/answers", 403, json=body, headers={"x-test": "vi viewer"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"answers": [ACCEPT, {"do": "acknowledge", "code": "PW204"}]}, "stops runs"),
        ({"answers": [{"do": "acknowledge", "code": "all"}]}, "one code"),
        ({"answers": [ACCEPT, {**OVERRIDE, "reason": " "}]}, "a reason"),
        ({"answers": [ACCEPT, {**OVERRIDE, "code": "all"}]}, "one code"),
        ({"answers": [ACCEPT], "document": "0" * 64}, "newer run"),
        ({"answers": [ACCEPT, {"do": "accept", "code": "PW801"}]}, "no proposal"),
    ],
)
def test_with_a_mistake_nothing_is_written_and_no_option_is_named(api, document, body, words):
    refused = api.ask("POST", f"{PATH}/answers", 422, json=body)
    assert words in refused["message"]
    assert "--" not in refused["message"]
    assert "Value error" not in refused["message"]
    assert api.audited() == []
    assert not api.store.storage.stat("uploads/checked/pipeweave.yaml")


def test_only_an_approver_overrides_what_blocks(api, document):
    body = {"answers": [{**OVERRIDE, "code": "PW204"}]}
    refused = api.ask("POST", f"{PATH}/answers", 403, json=body, headers=ED)
    assert refused["details"]["needed"] == "approver"
    api.ask("POST", f"{PATH}/answers", json=body, headers=APPROVER)
    assert opened(api) == ["PW303", "PW801"]


def test_a_data_set_that_no_run_has_checked(api):
    assert "no published data set" in api.ask("GET", "/findings/nothing", 404)["message"]
