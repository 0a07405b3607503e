"""Each action and page of the workbench for each of the four roles, and without its token.

`ACTIONS` and `PAGES` list all of them: a new one fails here until it has a line.
"""

from typing import NamedTuple

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.web.work.routes import FORMS, work_routes
from pipeweave_dagster_tests.factories.checked_dataset import put_checked

VIEWER, EDITOR, APPROVER, ADMIN = Role
DATASET = "/datasets/{dataset}"


class Expected(NamedTuple):
    """The least role, what it sends, and the status and a part of the answer that it gets."""

    least: Role
    status: int
    answer: str
    fields: dict[str, str] = {}


ACTIONS = {
    "/upload": Expected(EDITOR, 422, "No file was chosen"),
    "/upload/{upload_id}": Expected(EDITOR, 404, "no such upload"),
    f"{DATASET}/settings": Expected(EDITOR, 404, "data.parquet"),
    f"{DATASET}/run": Expected(EDITOR, 404, "an upload of"),
    f"{DATASET}/run/cancel": Expected(EDITOR, 422, "not under way", {"run_id": "r1"}),
    f"{DATASET}/findings": Expected(EDITOR, 303, "/run", {"answer-0": "accept"}),
    f"{DATASET}/findings/undo": Expected(EDITOR, 422, "no such answer", {"at": "1.0"}),
    f"{DATASET}/models/promote": Expected(APPROVER, 422, "Say why", {"version": "1"}),
    f"{DATASET}/models/rollback": Expected(APPROVER, 422, "Say why"),
    f"{DATASET}/try": Expected(VIEWER, 404, "no champion"),
    f"{DATASET}/threshold": Expected(VIEWER, 404, "no champion"),
    f"{DATASET}/predict": Expected(EDITOR, 422, "No file was chosen"),
    f"{DATASET}/schedule": Expected(APPROVER, 303, "/schedules", {"enabled": "no"}),
    "/users": Expected(ADMIN, 422, "first user", {"name": "bob", "role": "viewer"}),
    "/users/{user}/role": Expected(ADMIN, 404, "bob", {"role": "viewer"}),
    "/users/{user}/teams": Expected(ADMIN, 404, "bob", {"teams": "risk"}),
    "/users/{user}/password": Expected(ADMIN, 404, "bob", {"password": "five words make it"}),
    "/users/{user}/remove": Expected(ADMIN, 404, "bob"),
}
PAGES = {
    "/static/work.js": Expected(VIEWER, 200, "use strict"),
    "/upload": Expected(EDITOR, 200, "Upload a file"),
    "/upload/{upload_id}": Expected(EDITOR, 404, "no such upload"),
    f"{DATASET}/settings": Expected(EDITOR, 200, "What to do with it"),
    f"{DATASET}/run": Expected(VIEWER, 200, "Run of"),
    f"{DATASET}/run/part": Expected(VIEWER, 200, "Stages"),
    f"{DATASET}/findings": Expected(VIEWER, 200, "Findings of"),
    f"{DATASET}/models": Expected(VIEWER, 200, "There is no model yet"),
    f"{DATASET}/try": Expected(VIEWER, 404, "no champion"),
    f"{DATASET}/predict": Expected(VIEWER, 200, "Predictions of"),
    f"{DATASET}/predict/{{scored_id}}": Expected(EDITOR, 404, "no such result"),
    f"{DATASET}/predict/{{scored_id}}/{{kind}}": Expected(EDITOR, 404, "no such result"),
    f"{DATASET}/batches/{{batch}}/{{kind}}": Expected(EDITOR, 404, "no such batch"),
    "/schedules": Expected(VIEWER, 200, "Retraining"),
    "/audit": Expected(ADMIN, 200, "Entries, newest first"),
    "/users": Expected(ADMIN, 200, "Add a user"),
}


def address(path: str) -> str:
    places = {"dataset": "demo", "user": "bob", "batch": "b", "kind": "csv"}
    return path.format(upload_id="0" * 32, scored_id="0" * 32, **places)


def test_every_form_and_page_has_a_line_here():
    assert ACTIONS.keys() == FORMS.keys()
    assert PAGES.keys() == {r.path for r in work_routes() if "GET" in (r.methods or ())}


@pytest.mark.parametrize("role", Role)
def test_each_role_is_let_in_or_refused(person, role):
    somebody = person(role)
    document, token = put_checked(somebody.store), somebody.own_token()
    wrong = {}
    for path, expected in ACTIONS.items():
        answer = somebody.sends(address(path), {"document": document, **expected.fields}, token)
        wrong[f"POST {path}"] = differs(answer, role, expected)
    for path, expected in PAGES.items():
        wrong[f"GET {path}"] = differs(somebody.opens(address(path)), role, expected)
    assert {path: text for path, text in wrong.items() if text} == {}


def differs(answer, role: Role, expected: Expected) -> str:
    """What is wrong with an answer; empty if nothing is."""
    status, words = expected.status, expected.answer
    if not role.includes(expected.least):
        status, words = 403, f"needs the role {expected.least}"
    found = f"{answer.status_code} {answer.headers.get('location', '')} {answer.text}"
    is_so = answer.status_code == status and words in found
    return "" if is_so else f"expected {status} {words!r}, got {found[:2000]}"


def test_without_its_token_no_form_is_taken(person):
    for role in Role:
        somebody = person(role)
        for path in (path for path, expected in ACTIONS.items() if expected.least is role):
            for token in ("", "0" * 64):
                refused = somebody.sends(address(path), token=token)
                assert (path, refused.status_code) == (path, 403)
                assert "out of date" in refused.text


def test_forms_of_other_sites_are_refused(person):
    ada = person()
    token = ada.own_token()
    for path in FORMS:
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            refused = ada.sends(address(path), token=token, headers=headers)
            assert (path, refused.status_code) == (path, 403)
            assert "another site" in refused.text


def test_a_viewer_is_offered_nothing_that_is_refused(person):
    bob = person(Role.VIEWER)
    put_checked(bob.store)
    for page in ("findings", "run", "models", "predict"):
        shown = bob.opens(f"/datasets/demo/{page}")
        assert shown.status_code == 200
        assert 'method="post" action="/datasets' not in shown.text


def test_the_token_of_somebody_else_is_refused(person):
    token = person(Role.EDITOR).token()
    assert person(Role.ADMIN).sends("/upload", token=token).status_code == 403
