"""Findings are answered all at once, each answer is recorded, and can be taken back."""

from urllib.parse import quote

import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster_tests.factories.checked_dataset import (
    HOSTILE,
    finding,
    put_checked,
    small_parts,
)

PATH = "/datasets/demo/findings"
MINE = b"# mine\ncolumns:\n  x:\n    drop: false  # for now\n"


def answers(document, *chosen):
    fields = {"document": document}
    for number, (do, reason) in enumerate(chosen):
        fields |= {f"answer-{number}": do, f"reason-{number}": reason}
    return fields


def test_answers_are_written_at_once_and_taken_back(person):
    ada = person(Role.APPROVER)
    document = put_checked(ada.store)
    ada.store.storage.put("uploads/demo/pipeweave.yaml", MINE)
    page = ada.opens(PATH).text
    assert HOSTILE not in page
    assert "blocks the run (PW204)" in page
    assert "PW100" not in page

    fields = answers(document, ("accept", ""), ("accept", ""), ("override", "known in advance"))
    sent = ada.sends(PATH, fields)
    assert sent.headers["location"] == "/datasets/demo/run"
    settings = settings_of(ada.store, "demo")
    assert settings.columns["late"].drop
    assert settings.columns[HOSTILE].missing == ["NA"]
    assert settings.overrides[0].by == "a-approver"
    assert ada.store.storage.get("uploads/demo/pipeweave.yaml").startswith(MINE)
    entries = [(e.action, e.reason) for e in audit.entries(ada.store)]
    assert entries == [
        ("accept", ""),
        ("accept", ""),
        ("override", "known in advance"),
    ]

    page = ada.opens(PATH).text
    assert page.count("Undo the answer") == 3
    assert "Every finding that needs an answer has one; the next run takes" in page
    assert "fieldset" not in page
    assert "Save the answers" not in page
    assert "&#39;late&#39; will be dropped by the next run: PW204 was accepted." in page
    assert "blocks the run" not in page
    assert "<bdi>Column is a copy of the target</bdi>" in page
    assert "<bdi>drop &#39;late&#39;</bdi>" in page

    for entry in [*audit.entries(ada.store)]:
        undone = ada.sends(f"{PATH}/undo", {"at": repr(entry.at)})
        assert undone.headers["location"] == f"{PATH}?undone={quote(entry.version, safe='')}"
    settings = settings_of(ada.store, "demo")
    assert "late" not in settings.columns
    assert HOSTILE not in settings.columns
    assert not settings.overrides
    page = ada.opens(PATH).text
    assert "Answered, for the next run" not in page
    assert page.count("<fieldset") == 3
    assert ada.sends(f"{PATH}/undo", {"at": "1.0"}).status_code == 422


def test_answers_are_looked_for_only_while_the_settings_are_newer_than_the_run(person, monkeypatch):
    """A run of a month ago has thousands of entries of the log after it."""
    ada = person()
    put_checked(ada.store)
    monkeypatch.setattr(audit, "entries", lambda *_: pytest.fail("the log was read"))
    assert "Open" in ada.opens(PATH).text


def test_only_an_approver_overrides_what_blocks(person):
    ed = person(Role.EDITOR)
    fields = answers(put_checked(ed.store), ("override", "because I say so"))
    refused = ed.sends(PATH, fields)
    assert refused.status_code == 422
    assert "needs the role approver" in refused.text
    assert not [*audit.entries(ed.store)]
    accepted = ed.sends(PATH, answers(fields["document"], ("accept", "")))
    assert accepted.status_code == 303


@pytest.mark.parametrize(
    ("chosen", "said", "place"),
    [
        (("override", "x"), "needs a reason", "reason-1"),
        (("burn it", ""), "no answer", "answer-1"),
    ],
)
def test_an_answer_that_is_not_complete_writes_nothing(person, chosen, said, place):
    ada = person()
    document = put_checked(ada.store)
    wrong = ada.sends(PATH, answers(document, ("accept", ""), chosen))
    assert wrong.status_code == 422
    assert said in wrong.text
    assert 'aria-invalid="true" aria-describedby="wrong-1"' in wrong.text
    assert 'value="accept" checked' in wrong.text
    assert f'<a href="#{place}">PW303 on' in wrong.text  # leads to the box, not to its row
    assert f'id="{place}" name="reason-1"' in wrong.text or f'value="" id="{place}"' in wrong.text
    assert not ada.store.storage.stat("uploads/demo/pipeweave.yaml")


def test_findings_of_an_older_run_are_not_answered(person):
    ada = person()
    put_checked(ada.store)
    assert "newer run" in ada.sends(PATH, answers("0" * 64, ("accept", ""))).text


def test_the_numbers_of_a_page_that_is_older_than_an_answer_stay_those_of_their_findings(person):
    """Two tabs: the second must not answer another finding than the one that it shows."""
    ada = person()
    document = put_checked(ada.store)
    ada.sends(PATH, answers(document, ("accept", "")))
    page = ada.opens(PATH).text
    assert 'name="answer-0"' not in page
    assert 'name="answer-1"' in page
    ada.sends(PATH, {"document": document, "answer-2": "override", "reason-2": "it is fine"})
    assert settings_of(ada.store, "demo").overrides[0].finding == "PW801"


def test_an_editor_is_told_who_may_override_what_blocks(person):
    ed = person(Role.EDITOR)
    put_checked(ed.store)
    assert ed.opens(PATH).text.count("takes an approver") == 1
    assert "takes an approver" not in person(Role.APPROVER).opens(PATH).text


def test_what_was_taken_back_is_named_with_a_link(person):
    ada = person()
    document = put_checked(ada.store)
    ada.sends(PATH, answers(document, ("accept", ""), ("accept", "")))
    (first, _) = audit.entries(ada.store)
    ada.sends(f"{PATH}/undo", {"at": repr(first.at)})
    page = ada.opens(f"{PATH}?undone=PW204%20late").text
    assert "The answer to PW204 on late was taken back." in page
    assert '<a href="#answer-0">' in page
    for other in ("PW303", "PW204%20x", HOSTILE):  # has its answer, and what never was
        assert "taken back" not in ada.opens(f"{PATH}?undone={other}").text


def test_an_answer_says_what_it_does_and_the_heading_what_was_found(person):
    ada = person()
    put_checked(ada.store)
    page = ada.opens(PATH).text
    assert "Column is a copy of the target <span" in page
    assert "All is well" not in page
    assert "Accept: drop &#39;late&#39;</label>" in page
    assert "Accept: read &#39;NA&#39; as missing in &#39;&lt;script&gt;" in page
    assert "stops a run. Everything else can stay at" in page


def test_choosing_all_proposals_says_which_it_leaves(person):
    """A proven leak is accepted, as by `pipeweave findings --accept all`."""
    ada = person()
    put_checked(ada.store)
    page = ada.opens(PATH).text
    assert "also for a proven leak, but not for a suspected one (1): you decide those." in page


def test_what_the_pipeline_handles_alone_asks_for_nothing(person):
    ada = person()
    handled = finding("PW501", "fixed", "x", patch={"columns": {"x": {"drop": True}}})
    put_checked(ada.store, parts=small_parts(handled))
    page = ada.opens(PATH).text
    assert "data-count" not in page
    assert page.index("<details") < page.index("Save the answers and run") < page.index("</details")


def test_an_override_says_that_the_column_is_used_by_the_next_run(person):
    ada = person(Role.APPROVER)
    ada.sends(PATH, answers(put_checked(ada.store), ("override", "known in advance")))
    page = ada.opens(PATH).text
    assert "&#39;late&#39; will be used by the next run: PW204 was overridden." in page


def test_what_needs_no_action_is_acknowledged_without_a_run(person):
    ed = person(Role.EDITOR)
    document = put_checked(ed.store)
    page = ed.opens(PATH).text
    assert page.count('value="acknowledge"') == 2, "not for what blocks"
    sent = ed.sends(PATH, {"document": document, "answer-2": "acknowledge"})
    assert sent.headers["location"] == PATH, "there is no run to look at"
    assert not ed.store.storage.stat("uploads/demo/pipeweave.yaml")
    page = ed.opens(PATH).text
    assert 'name="answer-2"' not in page
    assert '<h2 id="acknowledged" tabindex="-1">Acknowledged</h2>' in page
    assert "Answered, for the next run" not in page
    [entry] = audit.entries(ed.store)
    assert (entry.action, entry.who, entry.version) == ("acknowledge", "a-editor", "PW801 x")
    overview = ed.opens("/datasets/demo").text
    assert overview.count('<span class="badge fixed">acknowledged</span>') == 1
    at = page.partition('name="at" value="')[2].partition('"')[0]
    ed.sends(f"{PATH}/undo", {"at": at})
    assert 'name="answer-2"' in ed.opens(PATH).text
    blocked = ed.sends(PATH, {"document": document, "answer-0": "acknowledge"})
    assert (blocked.status_code, "stops runs" in blocked.text) == (422, True)
