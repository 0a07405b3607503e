"""Somebody new answers the findings in a real browser, and takes one answer back.

`benchmarks/findings_in_browser.py` is the long form, at the pace of a person.
"""

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.factories.checked_dataset import put_checked
from pipeweave_dagster_tests.servers.newcomer import Newcomer
from pipeweave_dagster_tests.servers.served_pages import served

pytestmark = [pytest.mark.browser, pytest.mark.server]


def test_findings_are_answered_by_keyboard_and_by_mouse(browser, home):
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    for name in ("keyboard", "mouse"):
        put_checked(store, name)
    effort = {}
    with served(create_app(store, settings)) as address:
        page = browser.new_page(viewport={"width": 1100, "height": 800})
        for way in ("keyboard", "mouse"):
            page.goto(f"{address}/datasets/{way}")
            somebody = Newcomer(page)
            somebody.follows("Findings")
            page.get_by_text("0 of 3 answered").wait_for()
            getattr(somebody, f"answers_by_{way}")("it is fine")
            page.get_by_role("heading", name=f"Run of {way}").wait_for()
            effort[way] = somebody.keys, somebody.clicks
            assert (somebody.decided, somebody.overridden) == (3, 1)
            assert settings_of(store, way).overrides[0].reason == "it is fine"
            somebody.undoes_the_first()
            assert page.get_by_role("group", name="Answer to").count() == 1
            assert not settings_of(store, way).overrides
        page.goto(f"{address}/datasets/keyboard/findings")
        page.get_by_role("button", name="Next unanswered").click()
        assert page.evaluate("document.activeElement.type") == "radio"
        page.close()
    assert [e.action for e in audit.entries(store) if e.subject == "mouse"] == [
        "accept", "accept", "override", "undo_answer",
    ]  # fmt: skip
    # Two keys for an acceptance; for an override four, and a reason of ten letters.
    the_way_there, save = 7, 1
    assert effort["keyboard"] == (the_way_there + 2 * 2 + 4 + 10 + save, 1)
    assert effort["mouse"] == (10 + 1, 1 + 2 + 2 + 1)


def test_all_proposals_can_be_chosen_but_suspected_leaks(browser, home):
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    put_checked(store)
    with served(create_app(store, settings)) as address:
        page = browser.new_page()
        page.goto(f"{address}/datasets/demo/findings")
        page.get_by_role("button", name="Choose all proposals").click()
        page.get_by_text("1 of 3 answered").wait_for()
        chosen = page.get_by_role("radio", name="Accept:", checked=True)
        assert chosen.count() == 1
        page.get_by_role("button", name="Save the answers").click()
        page.get_by_role("heading", name="Run of demo").wait_for()
        page.close()
    assert settings_of(store, "demo").columns["late"].drop


def test_an_override_waits_for_its_reason_and_nothing_is_lost_unasked(browser, home):
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    put_checked(store)
    with served(create_app(store, settings)) as address:
        page = browser.new_page()
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.goto(f"{address}/datasets/demo/findings")
        page.reload()
        assert not asked, "nothing was chosen"

        # Enter on a choice goes on instead of sending one answer of three.
        page.get_by_role("radio", name="Accept: drop").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        assert focused(page) == ["answer-1", "radio"]
        ring = "getComputedStyle(document.activeElement.closest('label')).outlineStyle"
        assert page.evaluate(ring) == "solid", "the ring is around the whole label"

        # An override counts once it has its reason, which the mouse leads to.
        page.get_by_text("Override", exact=True).nth(2).click()
        assert focused(page) == ["reason-2", "text"]
        page.get_by_text("1 of 3 answered").wait_for()
        page.get_by_role("radio", name="Accept: read").check()
        page.get_by_role("button", name="Next unanswered").click()
        assert focused(page) == ["reason-2", "text"]
        row = "getComputedStyle(document.querySelector('#finding-2')).boxShadow"
        assert page.evaluate(row) != "none", "the row is marked, also after a click"

        # The link of an error leads into the box.
        page.get_by_role("button", name="Save the answers").click()
        page.get_by_role("link", name="PW801 on x").click()
        assert focused(page) == ["reason-2", "text"]
        assert not asked
        page.keyboard.type("it is fine")
        page.get_by_text("3 of 3 answered").wait_for()
        page.reload()
        assert asked == ["beforeunload"]
        page.close()


def focused(page) -> list[str]:
    return page.evaluate("[document.activeElement.id, document.activeElement.type]")
