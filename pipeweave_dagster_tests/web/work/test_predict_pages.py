"""A file is scored at once or as a batch, and its predictions are downloaded, never shown."""

import time

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.documents import BatchRecord
from pipeweave_dagster.services import audit, scored_uploads
from pipeweave_dagster.services.batch_history import change_history, with_batch
from pipeweave_dagster.services.scored_uploads import ScoredUpload
from pipeweave_dagster.web.work import predict_pages
from pipeweave_dagster_tests.factories.checked_dataset import put_checked

PATH = "/datasets/demo/predict"
SCORED = "a" * 32


@pytest.fixture
def editor(person, monkeypatch):
    def scored(bench, dataset, name, path):
        put = bench.store.storage.put
        put(f"incoming/{SCORED}/scored.csv", path.read_bytes())
        kept = ScoredUpload(
            scored_id=SCORED, dataset=dataset, file_name=name, rows=2, model_version="1"
        )
        bench.store.records.write(scored_uploads._key(SCORED, "json"), kept)
        return kept

    monkeypatch.setattr(predict_pages, "score_upload", scored)
    return person(Role.EDITOR)


def drops(someone, how, name="<b>.csv"):
    file = {"file": (name, b"prediction\n<script>\n", "text/csv")}
    return someone.sends(PATH, {"as": how}, files=file)


def test_the_result_of_a_file_is_downloaded(editor):
    where = drops(editor, "file").headers["location"]
    assert where == f"{PATH}/{SCORED}"
    page = editor.opens(where).text
    assert "2 rows scored with version 1" in page
    assert "<b>" not in page
    sent = editor.opens(f"{where}/csv")
    assert sent.content == b"prediction\n<script>\n"
    assert sent.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%3Cb%3E")
    assert sent.headers["content-type"].startswith("text/csv")
    assert "sandbox" in sent.headers["content-security-policy"]
    assert not [*editor.store.cache.glob("tmp*")]
    for wrong in (
        f"{where}/exe",
        f"{PATH}/{'b' * 32}/csv",
        f"/datasets/other/predict/{SCORED}/csv",
    ):
        assert editor.opens(wrong).status_code == 404


def test_a_batch_lands_for_the_sensor(editor):
    where = drops(editor, "batch", "week 1.csv").headers["location"]
    assert where == f"{PATH}?landed=week%201.csv"
    assert editor.store.storage.get("predict/demo/week 1.csv").startswith(b"prediction")
    (entry,) = audit.entries(editor.store)
    assert (entry.action, entry.subject) == ("upload", "demo")


def test_the_page_says_what_a_batch_waits_for(editor):
    """It had led to the run that was under way, a training, without a word of the batch."""
    where = drops(editor, "batch", "week.csv").headers["location"]
    page = editor.opens(where).text
    assert "week.csv</bdi> waits to be scored: its <a" in page
    put_checked(editor.store, state="running")
    assert "once that one has ended" in editor.opens(where).text
    scored = BatchRecord(
        batch="week-csv", model_version="1", scored_at=time.time() + 9, rows=2,
        predictions_key="p", data_sha256="0",
    )  # fmt: skip
    change_history(editor.store, "demo", lambda history: with_batch(history, scored))
    assert "week.csv</bdi> was scored; it is in the list" in editor.opens(where).text
    for unknown in ("other.csv", "..", "a/b", "%3Cb%3E", ""):
        assert 'id="landed"' not in editor.opens(f"{PATH}?landed={unknown}").text


def test_a_viewer_is_told_who_may_predict(person, monkeypatch):
    monkeypatch.setattr(predict_pages, "aliases_of", lambda *_: {"champion": "1"})
    assert "Predicting a file needs the role editor." in person(Role.VIEWER).opens(PATH).text
    assert "needs the role editor" not in person(Role.EDITOR).opens(PATH).text


def test_a_viewer_sees_batches_but_not_their_rows(person):
    bob = person(Role.VIEWER)
    assert bob.opens(PATH).status_code == 200
    for path in (f"{PATH}/{SCORED}", f"{PATH}/{SCORED}/csv", "/datasets/demo/batches/b/csv"):
        assert bob.opens(path).status_code == 403
