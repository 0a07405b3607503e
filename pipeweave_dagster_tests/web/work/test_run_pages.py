"""A run is followed by its stages, leaderboard and log, and can be cancelled."""

import json
import time

import pytest

from pipeweave_dagster.adapters.state import Attempt
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.documents import Trial
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.services import audit, run_progress
from pipeweave_dagster.services.checked_runs import checked_run
from pipeweave_dagster.services.finding_answers import Answer, answer_findings
from pipeweave_dagster.services.live_trials import LiveSearch
from pipeweave_dagster.web.work import run_pages
from pipeweave_dagster_tests.factories.checked_dataset import HOSTILE, put_checked, small_parts
from pipeweave_dagster_tests.factories.registry import trained

PATH = "/datasets/demo/run"
RUN = "12345678-1234-1234-1234-123456789abc"


class Server:
    """Dagster's web server with one event, asked for by its cursor."""

    def __init__(self):
        self.asked, self.cancelled, self.launched = [], [], []

    def events(self, run_id, cursor):
        self.asked.append(cursor)
        event = {"timestamp": "0", "stepKey": "findings", "message": HOSTILE, "eventType": None}
        return ([] if cursor else [event]), "1", False

    def run(self, run_id):
        status = "CANCELING" if self.cancelled else "STARTED"
        return {"run_id": run_id, "dataset": "demo", "job": "process_dataset", "status": status}

    def launch(self, launch):
        self.launched.append(launch.dataset)
        return RUN

    def cancel(self, run_id):
        self.cancelled.append(run_id)


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setattr(run_pages, "server_of", lambda _: server)
    return server


def test_a_run_under_way_shows_its_stages_and_log(person, server):
    ada = person(Role.EDITOR)
    put_checked(ada.store, state="running")
    page = ada.opens(PATH).text
    assert f'data-poll="{PATH}/part"' in page
    part = ada.opens(f"{PATH}/part").text
    assert "<strong>Reading and typing</strong><span>done</span>" in part
    assert "<strong>Receiving the upload</strong><span>running</span>" in part
    assert "00:00:00 findings: &lt;script&gt;" in part
    assert HOSTILE not in page + part
    assert "data-done" not in part
    assert server.asked == [None, "1"]  # each event is read once


def test_the_leaderboard_names_its_metric_and_what_is_not_comparable(person, server):
    ada = person(Role.VIEWER)
    whole, cut = ({"name": name, "family": "f", "fit_seconds": 1.0} for name in ("a", "b"))
    trials = [Trial(**whole, score=0.8, state="done"), Trial(**cut, score=0.9, state="cut")]
    model = trained("1", "a").model_copy(update={"leaderboard": trials})
    put_checked(ada.store, parts={**small_parts(), "model": model})
    part = ada.opens(f"{PATH}/part").text
    assert '<th scope="col" class="n">roc_auc</th>' in part
    assert '<bdi>b</bdi> <span class="badge">cut</span>' in part
    assert "<bdi>a</bdi></td>" in part
    assert "only some of the folds; compare these scores with those on as many" in part


def test_a_search_under_way_shows_what_it_has_tried(person, server, monkeypatch, tmp_path):
    ada = person(Role.VIEWER)
    put_checked(ada.store, state="running")
    log = tmp_path / "trials.jsonl"
    fold = {"name": HOSTILE, "fold": 0, "score": 0.8, "seconds": 1.0, "ended_at": time.time()}
    log.write_text(json.dumps(fold), encoding="utf-8")
    search = LiveSearch("roc_auc", [log], folds=5)
    monkeypatch.setattr(run_progress, "live_search", lambda *_: search)
    part = ada.opens(f"{PATH}/part").text
    assert "Leaderboard so far" in part
    assert '<th scope="col" class="n">roc_auc</th>' in part
    assert '<td class="n">1 of 5</td>' in part
    assert HOSTILE not in part
    assert "only some of the folds" not in part


def test_a_run_is_cancelled_once_and_only_while_it_runs(person, server):
    ada = person(Role.EDITOR)
    put_checked(ada.store)
    ada.store.save_attempt("demo", Attempt(run_id=RUN, started_at=1.0, state="running"))
    assert "not under way" in ada.sends(f"{PATH}/cancel", {"run_id": "r0"}).text
    assert ada.sends(f"{PATH}/cancel", {"run_id": RUN}).headers["location"] == PATH
    assert server.cancelled == [RUN]
    assert [(e.action, e.version) for e in audit.entries(ada.store)] == [("cancel", RUN)]
    ended = Attempt(run_id=RUN, started_at=time.time(), state="failed")
    ada.store.save_attempt("demo", ended)
    assert ada.sends(f"{PATH}/cancel", {"run_id": RUN}).status_code == 422
    assert "data-done" in ada.opens(PATH).text


def test_without_dagster_the_page_still_shows_the_stages(person, server, monkeypatch):
    def away(*_):
        raise unavailable("away")

    monkeypatch.setattr(Server, "events", away)
    ada = person(Role.VIEWER)
    put_checked(ada.store)
    page = ada.opens(PATH)
    assert page.status_code == 200
    assert "once Dagster" in page.text
    assert "Answer the findings that block it" in page.text


def test_an_upload_that_nothing_has_picked_up_waits(person, server):
    ada = person()
    ada.store.storage.put("uploads/new/a.csv", b"a,b\n1,2\n")
    page = ada.opens("/datasets/new/run").text
    assert "waits to be picked up" in page
    assert "data-done" not in page
    assert "No run was started" in ada.opens("/datasets/other/run").text


def test_beside_a_run_a_change_waits_for_its_end(person, server):
    ada = person()
    put_checked(ada.store, state="running")
    ada.store.storage.put("uploads/demo/a.csv", b"a,b\n1,2\n")
    page = ada.opens(PATH).text
    assert "A change waits: its run starts once this one has ended" in page
    assert "some seconds" not in page


def test_a_run_is_started_again_with_everything_as_it_is(person, server):
    ada = person(Role.EDITOR)
    put_checked(ada.store)
    ada.store.storage.put("uploads/demo/a.csv", b"a,b\n1,2\n")
    assert ada.sends(PATH).headers["location"] == PATH
    assert server.launched == ["demo"]
    assert [(e.action, e.who) for e in audit.entries(ada.store)] == [("run", "a-editor")]


def answer(person, *codes):
    """Accept findings of `demo`, and return its page without a wait for what is picked up."""
    store = person.store
    run = checked_run(store, "demo")
    answer_findings(store, "demo", run.findings, [Answer("accept", code) for code in codes])
    return person.opens(PATH).text


def test_saved_answers_are_said_until_a_run_takes_them_up(person, server):
    ada = person()
    put_checked(ada.store)
    assert "stopped: waits for your answers</span>" in ada.opens(PATH).text
    some = answer(ada, "PW303")
    assert "<strong>1 answer is saved</strong>; 1 finding still blocks the run." in some
    assert "Answer the findings that block it" in some
    whole = answer(ada, "PW204")
    assert "<strong>2 answers are saved</strong>. The next run takes them up." in whole
    assert "stopped: its answers are saved</span>" in whole
    assert "Answer the findings that block it" not in whole
    page = ada.opens("/datasets/demo").text
    assert "No model was trained yet: 2 answers are saved." in page
    assert "last run stopped: its answers are saved</span>" in page
    assert "1 finding blocks it" not in page


def test_answers_that_nothing_picks_up_can_be_run(person, server, monkeypatch):
    ada = person()
    put_checked(ada.store)
    monkeypatch.setattr(run_progress, "_PICKED_UP_S", -60.0)
    assert "Run again" in ada.opens(PATH).text
    assert "Run with the answers" in answer(ada, "PW204")


def test_findings_that_cannot_be_read_do_not_hide_how_the_run_went(person, server):
    ada = person()
    document = put_checked(ada.store)
    ada.store.storage.delete(f"documents/{document}.json")
    page = ada.opens(PATH)
    assert page.status_code == 200
    assert "stopped by its findings</span>" in page.text
