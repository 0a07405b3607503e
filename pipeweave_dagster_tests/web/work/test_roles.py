"""Every form refuses roles below the one it is for, and whatever lacks its token."""

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.web.work.routes import FORMS
from pipeweave_dagster_tests.factories.checked_dataset import put_checked

LEAST = {
    "/upload": Role.EDITOR,
    "/upload/{upload_id}": Role.EDITOR,
    "/datasets/{dataset}/settings": Role.EDITOR,
    "/datasets/{dataset}/run": Role.EDITOR,
    "/datasets/{dataset}/run/cancel": Role.EDITOR,
    "/datasets/{dataset}/findings": Role.EDITOR,
    "/datasets/{dataset}/findings/undo": Role.EDITOR,
    "/datasets/{dataset}/models/promote": Role.APPROVER,
    "/datasets/{dataset}/models/rollback": Role.APPROVER,
    "/datasets/{dataset}/try": Role.VIEWER,
    "/datasets/{dataset}/threshold": Role.VIEWER,
    "/datasets/{dataset}/predict": Role.EDITOR,
    "/datasets/{dataset}/schedule": Role.APPROVER,
    "/users": Role.ADMIN,
    "/users/{user}/role": Role.ADMIN,
    "/users/{user}/password": Role.ADMIN,
    "/users/{user}/remove": Role.ADMIN,
}
CASES = [(path, role) for path in FORMS for role in Role if not role.includes(LEAST[path])]


def address(path: str) -> str:
    return path.format(dataset="demo", upload_id="0" * 32, user="bob")


@pytest.mark.parametrize(("path", "role"), CASES)
def test_a_lower_role_is_refused(person, path, role):
    refused = person(role).sends(address(path), token="0" * 64)
    assert refused.status_code == 403
    assert f"needs the role {LEAST[path]}" in refused.text


@pytest.mark.parametrize("path", FORMS)
def test_without_its_token_no_form_is_taken(person, path):
    for token in ("", "0" * 64):
        refused = person(LEAST[path]).sends(address(path), token=token)
        assert refused.status_code == 403
        assert "out of date" in refused.text


@pytest.mark.parametrize("path", FORMS)
def test_forms_of_other_sites_are_refused(person, path):
    ada = person()
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        refused = ada.sends(address(path), headers=headers)
        assert refused.status_code == 403
        assert "another site" in refused.text


def test_a_viewer_is_offered_nothing_that_is_refused(person):
    bob = person(Role.VIEWER)
    put_checked(bob.store)
    for page in ("findings", "run", "models", "predict"):
        shown = bob.opens(f"/datasets/demo/{page}")
        assert shown.status_code == 200
        assert 'method="post" action="/datasets' not in shown.text


@pytest.mark.parametrize("path", ["/upload", "/audit", "/users", "/datasets/demo/settings"])
def test_pages_that_are_for_others_are_refused(person, path):
    assert person(Role.VIEWER).opens(path).status_code == 403


def test_the_token_of_somebody_else_is_refused(person):
    token = person(Role.EDITOR).token()
    assert person(Role.ADMIN).sends("/upload", token=token).status_code == 403
