"""Users are in teams; a team and a user never have the same name."""

import json

import pytest

from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.api_tokens import make_token, principal_of_token
from pipeweave_dagster.services.users.directory import add_user, find_user, remove_user
from pipeweave_dagster.services.users.teams import set_teams


def test_teams_are_set_as_a_whole_and_each_change_is_recorded(store):
    before = add_user(store, "ada", Role.EDITOR, None)
    _, secret = make_token(store, "ada")
    user = set_teams(store, "ada", ["sales", "risk", "sales"])
    assert user.teams == ["risk", "sales"]
    assert user.stamp == before.stamp, "sessions go on"
    set_teams(store, "ada", ["risk", "sales"])
    teams = frozenset({"risk", "sales"})
    assert user.principal("session") == Principal("ada", Role.EDITOR, "session", teams)
    assert principal_of_token(store, secret) == Principal("ada", Role.EDITOR, "token", teams)
    set_teams(store, "ada", [])
    assert principal_of_token(store, secret) == Principal("ada", Role.EDITOR, "token")
    log = [e for e in audit.entries(store) if e.action == "user_teams"]
    assert [(e.subject, e.before, e.after) for e in log] == [
        ("ada", {"teams": []}, {"teams": ["risk", "sales"]}),
        ("ada", {"teams": ["risk", "sales"]}, {"teams": []}),
    ]


def test_a_user_and_a_team_do_not_share_a_name(store):
    for name in ("ada", "bob"):
        add_user(store, name, Role.EDITOR, None)
    for team in ("bob", "ada"):
        with pytest.raises(PipeWeaveError, match="is a user"):
            set_teams(store, "ada", ["risk", team])
    assert find_user(store, "ada").teams == []
    set_teams(store, "ada", ["risk"])
    with pytest.raises(PipeWeaveError, match="is a team"):
        add_user(store, "risk", Role.ADMIN, None)
    assert find_user(store, "risk") is None
    remove_user(store, "ada")
    add_user(store, "risk", Role.VIEWER, None)


@pytest.mark.parametrize(
    ("name", "teams"), [("ada", ["../x"]), ("ada", [f"t{i}" for i in range(51)]), ("eve", ["risk"])]
)
def test_what_cannot_be_is_refused_and_changes_nothing(store, name, teams):
    add_user(store, "ada", Role.EDITOR, None)
    with pytest.raises(PipeWeaveError):
        set_teams(store, name, teams)
    assert find_user(store, "ada").teams == []
    assert find_user(store, "eve") is None


def test_users_of_an_earlier_release_are_in_no_team_and_are_stored_as_before(store):
    old = {"name": "ada", "role": "editor", "password": None, "stamp": "s", "made_at": 1.0}
    store.storage.put("users/ada.json", json.dumps({**old, "ended": {}}).encode())
    ada = find_user(store, "ada")
    assert ada.teams == []
    assert "teams" not in ada.model_dump_json()
    assert set_teams(store, "ada", ["risk"]).teams == ["risk"]
