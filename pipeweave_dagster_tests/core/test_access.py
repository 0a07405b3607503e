"""What each role may do, line by line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.access import RULES, Action, Principal, Role, may

VIEWER = {"view", "try_model"}
EDITOR = VIEWER | {"view_raw_rows", "upload", "configure", "run", "cancel", "answer_findings"}
EDITOR |= {"predict"}
APPROVER = EDITOR | {"delete", "promote", "roll_back", "override_block", "schedule"}
ADMIN = APPROVER | {"view_audit", "manage_storage", "manage_users"}
ALLOWED = {Role.VIEWER: VIEWER, Role.EDITOR: EDITOR, Role.APPROVER: APPROVER, Role.ADMIN: ADMIN}


def test_every_action_has_a_rule():
    assert set(RULES) == set(Action)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_exactly_this_with_what_nobody_owns(role):
    assert {a.value for a in Action if may(Principal("ada", role), a)} == ALLOWED[role]


def test_a_role_includes_the_ones_before_it():
    assert Role.ADMIN.includes(Role.VIEWER)
    assert not Role.VIEWER.includes(Role.EDITOR)
    assert Role.EDITOR.includes(Role.EDITOR)


@pytest.mark.parametrize("action", [a for a in Action if a.value in APPROVER])
def test_a_data_set_of_somebody_else_is_for_approvers_only(action):
    assert not may(Principal("ada", Role.EDITOR), action, "bob")
    assert may(Principal("ada", Role.APPROVER), action, "bob")


def test_an_editor_deletes_only_what_is_theirs_and_never_promotes():
    ada = Principal("ada", Role.EDITOR)
    assert may(ada, Action.DELETE, "ada")
    assert not may(ada, Action.DELETE)
    assert not may(ada, Action.PROMOTE, "ada")


def test_an_owner_who_became_a_viewer_only_looks():
    ada = Principal("ada", Role.VIEWER)
    assert may(ada, Action.VIEW, "ada")
    assert not may(ada, Action.UPLOAD, "ada")


NAMES = st.sampled_from(["ada", "bob", "risk", "sales"])


@settings(max_examples=200)
@given(
    st.builds(Principal, NAMES, st.sampled_from(Role), teams=st.frozensets(NAMES)),
    st.sampled_from(Action),
    st.none() | NAMES,
)
def test_a_member_may_what_the_owner_of_the_same_role_may_and_others_as_if_without_teams(
    who, action, owner
):
    alone = Principal(who.name, who.role)
    mine = owner is not None and owner in who.teams
    like = Principal(owner, who.role) if mine else alone
    assert may(who, action, owner) == may(like, action, owner)
    assert may(who, action) == may(alone, action)
