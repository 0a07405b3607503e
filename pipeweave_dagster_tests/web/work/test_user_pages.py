"""Administrators add and change users, and cannot lock themselves out."""

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import add_user, all_users
from pipeweave_dagster.services.users.passwords import is_password

PASSWORD = " correct horse battery "


def users(someone):
    return [(user.name, user.role) for user in all_users(someone.store)]


@pytest.fixture
def admin(person, monkeypatch):
    monkeypatch.setenv("JWT_SECRET_KEY", "0123456789abcdef" * 4)
    return person(Role.ADMIN)


def sends(admin, path="/users", **fields):
    return admin.sends(path, fields, admin.token("/users"))


def test_a_user_is_added_changed_and_removed(admin):
    assert "so make the first one an administrator" in admin.opens("/users").text
    for role in ("viewer", "admin"):  # with whom nobody could log in, or add others
        refused = sends(admin, name="bob", role=role, password="" if role == "admin" else PASSWORD)
        assert "The first user has to be an administrator" in refused.text
    added = sends(admin, name="bob", role="admin", password=PASSWORD)
    assert added.headers["location"] == "/users"
    assert users(admin) == [("bob", Role.ADMIN)]
    assert sends(admin, "/users/bob/role", role="editor").status_code == 303
    assert users(admin) == [("bob", Role.EDITOR)]
    assert sends(admin, "/users/bob/password", password=PASSWORD + "2").status_code == 303
    (bob,) = all_users(admin.store)
    assert is_password(bob.password, PASSWORD + "2")
    assert sends(admin, "/users/bob/teams", teams=" risk  sales risk ").status_code == 303
    page = admin.opens("/users").text
    assert 'value="risk sales"' in page
    assert PASSWORD not in page
    assert (bob.password or "") not in page
    assert sends(admin, "/users/bob/remove").status_code == 303
    assert users(admin) == []
    done = [entry.action for entry in audit.entries(admin.store)]
    assert done == ["user_add", "user_role", "user_password", "user_teams", "user_remove"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"name": "Bob <b>", "role": "admin", "password": PASSWORD},
            "cannot be the name",
        ),
        ({"name": "bob", "role": "king"}, "is not a role"),
        ({"name": "bob", "role": "admin", "password": "short"}, "assword"),
    ],
)
def test_mistakes_are_shown_on_the_page(admin, fields, said):
    refused = sends(admin, **fields)
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    assert said in refused.text
    assert "<b>" not in refused.text
    assert users(admin) == []


def test_teams_are_changed_and_left_and_mistakes_are_shown(admin):
    add_user(admin.store, "bob", Role.EDITOR, None)
    add_user(admin.store, "eve", Role.EDITOR, None)
    for teams in ("risk sales", "risk", "risk", ""):
        assert sends(admin, "/users/bob/teams", teams=teams).headers["location"] == "/users"
        assert all_users(admin.store)[0].teams == teams.split()
    changes = [e for e in audit.entries(admin.store) if e.action == "user_teams"]
    assert [(e.who, e.subject, e.after["teams"]) for e in changes] == [
        ("a-admin", "bob", ["risk", "sales"]), ("a-admin", "bob", ["risk"]), ("a-admin", "bob", []),
    ]  # fmt: skip
    for teams, said in {
        "risk <b>": "cannot be the name of a user or a team",
        "eve": "is a user, whose data sets",
        "t " * 2_501: "characters",
        " ".join(f"t{n}" for n in range(51)): "51 teams",
    }.items():
        refused = sends(admin, "/users/bob/teams", teams=teams)
        assert (refused.status_code, said in refused.text) == (422, True)
        assert "Nothing was changed" in refused.text
    assert all_users(admin.store)[0].teams == []


def test_nobody_changes_their_own_role_or_removes_themselves(admin):
    for what in ("role", "remove"):
        refused = sends(admin, f"/users/a-admin/{what}", role="viewer")
        assert "This is yourself" in refused.text
    assert sends(admin, "/users/nobody/role", role="viewer").status_code == 404


def test_without_a_key_for_sessions_the_first_user_is_refused(person):
    refused = sends(person(Role.ADMIN), name="bob", role="admin", password=PASSWORD)
    assert "JWT_SECRET_KEY is not set" in refused.text
