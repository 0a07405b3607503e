"""The login in a real browser, which leads on to Dagster at another port."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.servers.process import free_ports
from pipeweave_dagster_tests.servers.served_pages import served

pytestmark = [pytest.mark.browser, pytest.mark.server]
PASSWORD = "five words make a pass"


class Dagster(BaseHTTPRequestHandler):
    """Stands for Dagster's web server."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>The runs of Dagster</p>")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def addresses(home: Any) -> Iterator[tuple[str, str]]:
    """The pages, with one user, and Dagster."""
    (port,) = free_ports(1)
    other = ThreadingHTTPServer(("127.0.0.1", 0), Dagster)
    Thread(target=other.serve_forever, daemon=True).start()
    settings = Settings(
        jwt_secret_key="0123456789abcdef0123456789abcdef",
        web_url=f"http://127.0.0.1:{port}",
        dagster_url=f"http://127.0.0.1:{other.server_port}",
    )
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    add_user(store, "ada", Role.EDITOR, PASSWORD)
    add_user(store, "ruth", Role.ADMIN, PASSWORD)
    with served(create_app(store, settings), port) as pages:
        yield pages, settings.dagster_url
    other.shutdown()
    other.server_close()


def test_by_keyboard_to_the_page_that_was_asked_for_and_out_again(
    browser: Any, addresses: tuple[str, str]
) -> None:
    """The policy of the form stopped the way on to another port; only a browser applies it."""
    pages, dagster = addresses
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{pages}/login?next={dagster}/runs")
    # The focus is set with the first frame, which a busy machine draws after the page has loaded.
    page.locator("[name=name]:focus").wait_for()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("The runs of Dagster").or_(page.get_by_role("alert")).wait_for()
    assert page.url == f"{dagster}/runs", page.inner_text("body")
    page.goto(pages)
    page.get_by_text("ada (editor)").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Log in").wait_for()
    page.goto(f"{pages}/datasets/x")
    page.get_by_role("heading", name="Log in").wait_for()
    context.close()


def test_an_administrator_changes_teams_by_keyboard(
    browser: Any, addresses: tuple[str, str]
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{addresses[0]}/login?next=/users")
    page.fill("[name=name]", "ruth")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    teams = page.get_by_role("textbox", name="Teams of ada")
    teams.focus()
    for typed, shown in {"sales risk": "risk sales", "ruth": "risk sales"}.items():
        page.keyboard.press("Control+A")
        page.keyboard.type(typed)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert teams.input_value() == shown
        teams.focus()
    assert "'ruth' is a user" in page.inner_text("[role=alert]")
    context.close()


BROKEN_WORDS_OF_THE_TOP = """() => {
  const found = [];
  const texts = document.createTreeWalker(document.querySelector('.top'), NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    for (const word of text.data.matchAll(/[^\\s]+/g)) {
      const inside = document.createRange();
      inside.setStart(text, word.index);
      inside.setEnd(text, word.index + word[0].length);
      if (new Set([...inside.getClientRects()].map(box => box.top)).size > 1) found.push(word[0]);
    }
  const log_out = document.querySelector('.user button');
  if (log_out.getBoundingClientRect().height > 40) found.push(log_out.innerText);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
    found.push('the page is wider than its window');
  return found;
}"""


def test_a_phone_shows_whole_words_and_sizes(
    browser: Any, addresses: tuple[str, str], tmp_path: Path
) -> None:
    pages, _ = addresses
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{pages}/login")
    page.fill("[name=name]", "ruth")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".user")
    found: dict[str, list[str]] = {}
    for path in ("/", "/audit", "/upload", "/users"):
        page.goto(pages + path)
        found[path] = page.evaluate(BROKEN_WORDS_OF_THE_TOP)
    page.goto(f"{pages}/upload")
    notes = []
    for size in (12, 39_000, 5_500_000):
        file = tmp_path / f"{size}.csv"
        file.write_bytes(b"x" * size)
        page.set_input_files("#file", file)
        notes.append(page.inner_text("#file-note"))
    context.close()
    assert not any(found.values()), found
    assert notes == ["12.csv, 12 bytes", "39000.csv, 38.1 kB", "5500000.csv, 5.25 MB"]
