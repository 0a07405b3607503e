"""Administrators add and change users, and cannot lock themselves out."""

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import all_users
from pipeweave_dagster.services.users.passwords import is_password

PASSWORD = " correct horse battery "


def users(someone):
    return [(user.name, user.role) for user in all_users(someone.store)]


@pytest.fixture
def admin(person):
    return person(Role.ADMIN)


def sends(admin, path="/users", **fields):
    return admin.sends(path, fields, admin.token("/users"))


def test_a_user_is_added_changed_and_removed(admin):
    assert "so make the first one an administrator" in admin.opens("/users").text
    added = sends(admin, name="bob", role="viewer", password=PASSWORD)
    assert added.headers["location"] == "/users"
    assert users(admin) == [("bob", Role.VIEWER)]
    assert sends(admin, "/users/bob/role", role="editor").status_code == 303
    assert users(admin) == [("bob", Role.EDITOR)]
    assert sends(admin, "/users/bob/password", password=PASSWORD + "2").status_code == 303
    (bob,) = all_users(admin.store)
    assert is_password(bob.password, PASSWORD + "2")
    page = admin.opens("/users").text
    assert PASSWORD not in page
    assert (bob.password or "") not in page
    assert sends(admin, "/users/bob/remove").status_code == 303
    assert users(admin) == []
    done = [entry.action for entry in audit.entries(admin.store)]
    assert done == ["user_add", "user_role", "user_password", "user_remove"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Bob <b>", "role": "viewer"}, "cannot be the name of a user"),
        ({"name": "bob", "role": "king"}, "is not a role"),
        ({"name": "bob", "role": "viewer", "password": "short"}, "assword"),
    ],
)
def test_mistakes_are_shown_on_the_page(admin, fields, said):
    refused = sends(admin, **fields)
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    assert said in refused.text
    assert "<b>" not in refused.text
    assert users(admin) == []


def test_nobody_changes_their_own_role_or_removes_themselves(admin):
    for what in ("role", "remove"):
        refused = sends(admin, f"/users/a-admin/{what}", role="viewer")
        assert "This is yourself" in refused.text
    assert sends(admin, "/users/nobody/role", role="viewer").status_code == 404
