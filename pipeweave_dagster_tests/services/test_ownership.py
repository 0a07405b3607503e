"""A data set belongs to all, or is private to somebody, approvers and administrators."""

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.ownership import (
    claim,
    copy_owner,
    forget_owner,
    owners_of,
    set_owner,
    visible,
)
from pipeweave_dagster.settings import Settings


@pytest.fixture
def store(home) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


def test_an_owner_is_set_changed_and_removed_and_each_is_recorded(store):
    assert owners_of(store) == {}
    assert set_owner(store, "churn", "ada") is None
    set_owner(store, "titanic", "bob")
    assert set_owner(store, "churn", "bob") == "ada"
    set_owner(store, "churn", "bob")
    assert owners_of(store) == {"churn": "bob", "titanic": "bob"}
    set_owner(store, "churn", None)
    assert owners_of(store) == {"titanic": "bob"}
    log = [(e.action, e.subject, e.before, e.after) for e in audit.entries(store)]
    assert log == [
        ("owner", "churn", None, "ada"), ("owner", "titanic", None, "bob"),
        ("owner", "churn", "ada", "bob"), ("owner", "churn", "bob", None),
    ]  # fmt: skip


def test_what_somebody_sees(store):
    owners = {"hers": "ada", "his": "bob"}
    names = ["hers", "his", "ours"]
    assert visible(Principal("ada", Role.EDITOR), names, owners) == ["hers", "ours"]
    assert visible(Principal("eve", Role.VIEWER), names, owners) == ["ours"]
    assert visible(Principal("eve", Role.APPROVER), names, owners) == names


def test_a_damaged_record_opens_nothing(store):
    store.storage.put("ownership/OWNERS.json", b"")
    with pytest.raises(PipeWeaveError) as caught:
        owners_of(store)
    assert caught.value.code is ErrorCode.SERVICE_UNAVAILABLE
    with pytest.raises(PipeWeaveError):
        set_owner(store, "churn", "ada")


def test_two_changes_at_once_both_count(store, monkeypatch):
    swap, others = store.records.swap, ["meanwhile"]

    def slow(key, record, tag):
        if others:
            set_owner(store, others.pop(), "bob")
        return swap(key, record, tag)

    monkeypatch.setattr(store.records, "swap", slow)
    set_owner(store, "churn", "ada")
    assert owners_of(store) == {"meanwhile": "bob", "churn": "ada"}


@pytest.mark.parametrize(("dataset", "owner"), [("../x", "ada"), ("churn", "../x")])
def test_impossible_names_are_refused(store, dataset, owner):
    with pytest.raises(PipeWeaveError):
        set_owner(store, dataset, owner)


def test_a_settings_file_gives_what_nobody_owns_and_takes_nothing(store):
    assert claim(store, "churn", None, "r1") == ""
    assert owners_of(store) == {}
    assert claim(store, "churn", "ada", "run 01234567") == ""
    assert claim(store, "churn", "ada", "r2") == ""
    note = claim(store, "churn", "eve", "r3")
    assert "names eve as the owner, but the data set belongs to ada" in note
    assert note.endswith("pipeweave datasets owner churn eve")
    assert owners_of(store) == {"churn": "ada"}
    (entry,) = audit.entries(store)
    assert (entry.action, entry.subject, entry.before, entry.after) == (
        "owner", "churn", None, "ada"
    )  # fmt: skip
    assert (entry.who, entry.reason) == ("run 01234567", "named in pipeweave.yaml")


def test_what_the_command_gave_to_all_is_not_claimed_until_it_is_removed(store):
    set_owner(store, "churn", "ada")
    set_owner(store, "churn", None)
    copy_owner(store, "churn", "moved")
    for name in ("churn", "moved"):
        assert "belongs to all" in claim(store, name, "ada", "r1")
    assert owners_of(store) == {}
    forget_owner(store, "churn")
    assert claim(store, "churn", "bob", "r1") == ""
    copy_owner(store, "churn", "moved")
    assert owners_of(store) == {"churn": "bob", "moved": "bob"}


def test_a_claim_at_the_same_time_as_the_command_loses(store, monkeypatch):
    swap, others = store.records.swap, ["ada"]

    def slow(key, record, tag):
        if others:
            set_owner(store, "churn", others.pop())
        return swap(key, record, tag)

    monkeypatch.setattr(store.records, "swap", slow)
    assert "belongs to ada" in claim(store, "churn", "eve", "r1")
    assert owners_of(store) == {"churn": "ada"}


def test_owners_of_an_earlier_release_are_read(store):
    store.storage.put("ownership/OWNERS.json", b'{"owners": {"churn": "ada"}}')
    assert owners_of(store) == {"churn": "ada"}
    assert claim(store, "churn", "eve", "r1") != ""
