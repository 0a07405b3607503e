"""A file shows in the landing zone once its size and hash are right, and never before."""

import hashlib
import time

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services import upload_tickets
from pipeweave_dagster.services.receive import uploads_of
from pipeweave_dagster.services.upload_addresses import file_name_of, landing_name, open_ticket
from pipeweave_dagster.services.upload_completion import complete_upload, save_upload
from pipeweave_dagster.services.upload_tickets import ticket_for_token
from pipeweave_dagster.settings import Settings

DATA = b"x,y\n1,2\n"
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(home) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.fixture
def opened(store):
    return open_ticket(store, Settings(), "demo", "rows.csv")


def send(store, opened, tmp_path, data=DATA):
    ticket = ticket_for_token(store, opened["upload_id"], opened["headers"]["X-Upload-Token"])
    path = tmp_path / "sent"
    path.write_bytes(data)
    return save_upload(store, ticket, path)


def test_a_complete_upload_appears_under_its_name_and_repeats_are_harmless(store, opened, tmp_path):
    assert opened["method"] == "PUT"
    assert opened["url"].endswith(f"/api/v1/uploads/{opened['upload_id']}")
    send(store, opened, tmp_path)
    assert uploads_of(store, "demo") == []
    first = complete_upload(store, "demo", opened["upload_id"], len(DATA), SHA.upper())
    (upload,) = uploads_of(store, "demo")
    assert (upload.key, upload.version) == ("uploads/demo/rows.csv", first["version"])
    assert store.storage.get(upload.key) == DATA
    assert complete_upload(store, "demo", opened["upload_id"], len(DATA), SHA) == first
    assert not [o for o in store.storage.list("incoming/") if o.key.endswith("/data")]


@pytest.mark.parametrize(
    ("sent", "size", "sha", "match"),
    [
        (None, len(DATA), SHA, "Nothing has arrived"),
        (DATA[:4], len(DATA), SHA, "4 bytes have arrived instead of 8"),
        (DATA, len(DATA), "0" * 64, "sha256 of what has arrived differs"),
        (DATA + b"!", len(DATA), SHA, "9 bytes have arrived instead of 8"),
    ],
)
def test_a_cut_or_wrong_upload_never_shows(store, opened, tmp_path, sent, size, sha, match):
    if sent is not None:
        send(store, opened, tmp_path, sent)
    with pytest.raises(PipeWeaveError, match=match) as caught:
        complete_upload(store, "demo", opened["upload_id"], size, sha)
    assert caught.value.code is ErrorCode.VALIDATION_ERROR
    assert uploads_of(store, "demo") == []
    send(store, opened, tmp_path)  # it can be sent again
    complete_upload(store, "demo", opened["upload_id"], len(DATA), SHA)
    assert len(uploads_of(store, "demo")) == 1


def test_an_address_is_for_one_data_set_one_token_and_one_file(store, opened, tmp_path):
    for upload_id in (opened["upload_id"], "../../../secret", "0" * 32, "é" * 32):
        with pytest.raises(PipeWeaveError, match="no such upload"):
            ticket_for_token(store, upload_id, "guessed")
    send(store, opened, tmp_path)
    with pytest.raises(PipeWeaveError, match="no such upload"):
        complete_upload(store, "other", opened["upload_id"], len(DATA), SHA)
    complete_upload(store, "demo", opened["upload_id"], len(DATA), SHA)
    with pytest.raises(PipeWeaveError, match="complete"):
        send(store, opened, tmp_path)


def test_an_address_expires(store, opened, tmp_path, monkeypatch):
    send(store, opened, tmp_path)
    later = time.time() + 3601
    monkeypatch.setattr(upload_tickets.time, "time", lambda: later)
    for call in (
        lambda: send(store, opened, tmp_path),
        lambda: complete_upload(store, "demo", opened["upload_id"], len(DATA), SHA),
    ):
        with pytest.raises(PipeWeaveError, match="expired"):
            call()
    with pytest.raises(PipeWeaveError, match=r"1 to 43,200 seconds"):
        open_ticket(store, Settings(), "demo", "x", expires_s=43_201)


def test_a_file_that_is_too_large_is_not_kept(store, monkeypatch, tmp_path):
    monkeypatch.setenv("MAX_DATASET_SIZE_MB", "1")
    opened = open_ticket(store, Settings(), "demo", "rows.csv")
    with pytest.raises(PipeWeaveError, match="more than the limit of 1 MB"):
        send(store, opened, tmp_path, b"x" * ((1 << 20) + 1))


@pytest.mark.parametrize("name", ["pipeweave.yaml", "x.pull.json", "..pipeweave.yaml"])
def test_names_of_pipeweaves_own_files_are_refused(store, name):
    with pytest.raises(PipeWeaveError, match="uses itself"):
        open_ticket(store, Settings(), "demo", name)


@pytest.mark.parametrize("name", ["../x.csv", "a\\b.csv", "a\nb", "a\0b", "\u2028", "\ud800"])
def test_paths_and_controls_are_no_names(name):
    with pytest.raises(PipeWeaveError, match="not the name of a file alone"):
        landing_name(name)


@pytest.mark.parametrize("name", ["Größe (1).csv", "a\u202fb.csv", ".hidden.csv", "👩\u200d💻.csv"])
def test_names_that_people_give_are_taken(name):
    assert landing_name(name) == file_name_of(name)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        (".hidden", "hidden"),
        ("", "upload"),
        ("a\x00b\nc", "a_b_c"),
        ("\ud800.csv", "_.csv"),
    ],
)
def test_file_names_cannot_lead_elsewhere(name, kept):
    assert file_name_of(name) == kept
    assert len(file_name_of("é" * 500 + ".csv").encode()) <= 200
