"""Users are records that nobody else may read; every change is in the audit log."""

import stat

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.api_tokens import (
    make_token,
    principal_of_token,
    remove_with_tokens,
    revoke_token,
    tokens_of,
)
from pipeweave_dagster.services.users.directory import (
    add_user,
    all_users,
    find_user,
    has_users,
    set_password,
    set_role,
)

pytestmark = pytest.mark.usefixtures("cheap_hashes")
PASSWORD = "five words make a pass"


def test_a_user_is_stored_without_the_password_and_for_this_user_only(store):
    assert not has_users(store)
    add_user(store, "ada", Role.EDITOR, PASSWORD)
    assert [(u.name, u.role) for u in all_users(store)] == [("ada", Role.EDITOR)]
    path = store.storage.local_path("users/ada.json")
    assert PASSWORD not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (entry,) = audit.entries(store)
    assert (entry.action, entry.subject, entry.after) == ("user_add", "ada", {"role": "editor"})
    assert "argon2" not in entry.model_dump_json()


def test_a_name_is_taken_once(store):
    add_user(store, "ada", Role.EDITOR, None)
    with pytest.raises(PipeWeaveError, match="already"):
        add_user(store, "ada", Role.ADMIN, None)
    assert find_user(store, "ada").role is Role.EDITOR


@pytest.mark.parametrize("name", ["", "Ada", "../ada", "a/b", ".ada", "a" * 64, "ada\n", "a b"])
def test_names_that_could_leave_the_folder_are_refused(store, name):
    with pytest.raises(PipeWeaveError, match="cannot be the name"):
        add_user(store, name, Role.ADMIN, None)
    assert find_user(store, name) is None


def test_changes_end_sessions_and_are_recorded(store):
    first = add_user(store, "ada", Role.EDITOR, PASSWORD)
    second = set_role(store, "ada", Role.APPROVER)
    third = set_password(store, "ada", PASSWORD + "!")
    assert len({first.stamp, second.stamp, third.stamp}) == 3
    actions = [(e.action, e.before, e.after) for e in audit.entries(store)][1:]
    assert actions == [
        ("user_role", {"role": "editor"}, {"role": "approver"}),
        ("user_password", None, None),
    ]
    with pytest.raises(PipeWeaveError) as caught:
        set_role(store, "bob", Role.VIEWER)
    assert caught.value.code is ErrorCode.NOT_FOUND


def test_a_damaged_record_still_means_that_there_are_users(store):
    store.storage.put("users/ada.json", b"")
    assert has_users(store)
    assert find_user(store, "ada") is None


def test_a_token_is_shown_once_and_acts_with_the_role_of_now(store):
    add_user(store, "ada", Role.EDITOR, None)
    token, secret = make_token(store, "ada", "nightly")
    assert secret.startswith("pipeweave_")
    everything = [store.storage.get(o.key).decode() + o.key for o in store.storage.list("")]
    assert not any(secret in text for text in everything)
    assert principal_of_token(store, secret).role is Role.EDITOR
    set_role(store, "ada", Role.VIEWER)
    assert principal_of_token(store, secret).role is Role.VIEWER
    assert [t.id for t in tokens_of(store, "ada")] == [token.id]


def test_tokens_end_by_time_by_hand_and_with_their_user(store):
    add_user(store, "ada", Role.EDITOR, None)
    _, expired = make_token(store, "ada", days=1e-9)
    revoked, gone = make_token(store, "ada")
    _, left = make_token(store, "ada")
    revoke_token(store, "ada", revoked.id)
    assert principal_of_token(store, expired) is None
    assert principal_of_token(store, gone) is None
    assert principal_of_token(store, "pipeweave_" + "x" * 43) is None
    assert principal_of_token(store, "") is None
    assert principal_of_token(store, left) is not None
    remove_with_tokens(store, "ada")
    add_user(store, "ada", Role.ADMIN, None)
    assert principal_of_token(store, left) is None
    with pytest.raises(PipeWeaveError, match="no token"):
        revoke_token(store, "ada", revoked.id)
