"""An entry says who, when, what, on which version, before and after; and stays as it is."""

import datetime as dt
import json
from types import SimpleNamespace

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.acting import acting_as
from pipeweave_dagster.settings import Settings

ADA = Principal("ada", Role.APPROVER, "session")


@pytest.fixture
def store(home) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


def test_an_entry_is_an_object_of_its_own_under_its_day(store):
    entry = audit.record(
        store, "promote", "titanic", who=ADA, version="3", before="2", after="3", reason="better"
    )
    (stored,) = store.storage.list("audit/")
    day = dt.datetime.fromtimestamp(entry.at, dt.UTC).strftime("%Y-%m-%d")
    assert stored.key.startswith(f"audit/{day}/")
    assert json.loads(store.storage.get(stored.key)) == entry.model_dump(mode="json")
    assert (entry.who, entry.role, entry.via) == ("ada", "approver", "session")
    assert list(audit.entries(store)) == [entry]


def test_who_acts_now_is_taken_by_default(store):
    with acting_as(ADA):
        assert audit.record(store, "upload", "titanic").who == "ada"


def test_entries_of_the_same_moment_do_not_replace_each_other(store, monkeypatch):
    tokens = iter(["same", "same", "other"])
    monkeypatch.setattr(audit, "secrets", SimpleNamespace(token_hex=lambda _: next(tokens)))
    moment = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)

    clock = SimpleNamespace(datetime=SimpleNamespace(now=lambda _: moment), UTC=dt.UTC)
    monkeypatch.setattr(audit, "dt", clock)
    for number in range(2):
        audit.record(store, "upload", f"set-{number}")
    assert {e.subject for e in audit.entries(store)} == {"set-0", "set-1"}


def test_entries_since_a_time_come_in_order_and_damaged_ones_are_left_out(store):
    old = audit.AuditEntry(
        at=1.0, who="bob", role="admin", via="machine", action="login", subject="bob"
    )
    store.storage.put("audit/1970-01-01/000001.000000-aa.json", old.model_dump_json().encode())
    store.storage.put("audit/1970-01-01/000002.000000-bb.json", b"")
    new = [audit.record(store, "upload", name) for name in ("a", "b")]
    assert [e.subject for e in audit.entries(store)] == ["bob", "a", "b"]
    newest = audit.entries(store, newest_first=True)
    assert [e.subject for e in newest] == ["b", "a", "bob"]
    until = dt.datetime.fromtimestamp(new[0].at - 60, dt.UTC)
    assert [e.subject for e in audit.entries(store, until=until)] == ["bob"]
    since = dt.datetime.fromtimestamp(new[1].at, dt.UTC)
    assert list(audit.entries(store, since)) == [new[1]]


def test_for_one_subject_only_its_own_entries_are_read(store, monkeypatch):
    for number in range(5):
        audit.record(store, "upload", f"set-{number}")
        audit.record(store, "run", "churn")
    old = audit.AuditEntry(
        at=1.0, who="bob", role="admin", via="machine", action="upload", subject="churn"
    )
    for name, known in {"aa": old, "bb": old.model_copy(update={"subject": "set-1"})}.items():
        key = f"audit/1970-01-01/000001.000000-{name}.json"  # as earlier releases named them
        store.storage.put(key, known.model_dump_json().encode())
    read, records = [], store.records.read

    def counted(key, kind):
        read.append(key)
        return records(key, kind)

    monkeypatch.setattr(store.records, "read", counted)
    found = [*audit.entries(store, subject="churn")]
    assert [e.action for e in found] == ["upload", *["run"] * 5]
    assert {e.subject for e in found} == {"churn"}
    assert len(read) == 7
    assert [*audit.entries(store, subject="churn", newest_first=True)] == found[::-1]


def test_texts_of_strangers_are_bounded(store):
    entry = audit.record(store, "upload", "x" * 9999, reason="y" * 9999)
    assert (len(entry.subject), len(entry.reason)) == (2000, 2000)
