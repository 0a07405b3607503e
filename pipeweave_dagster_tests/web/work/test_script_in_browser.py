"""What `static/work.js` adds to forms, in a real browser: files, values that are tried, progress.

The whole way from a file to predictions is played by `integration/dev/test_main_job_in_browser.py`.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from pipeweave_dagster.core.prediction.what_if import ModelInput, RowPrediction
from pipeweave_dagster.web.work import try_pages
from pipeweave_dagster_tests.servers.full_workbench import full_workbench, log_in

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Pages whose model answers with the value that it was given, without a worker."""
    inputs = [ModelInput(name="mass", type="number", typical="5", low=1, high=9)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(try_pages, "inputs_of", lambda *_: inputs)
        patch.setattr(
            try_pages, "try_row", lambda *told: RowPrediction(prediction=told[-1]["mass"])
        )
        with full_workbench(tmp_path_factory.mktemp("pages")) as address:
            yield address


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The page of somebody who has logged in; nothing may go wrong in it."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    log_in(page, address)
    yield page
    page.close()
    assert not problems


def test_a_changed_value_shows_its_prediction_without_a_button(page: Any, address: str) -> None:
    page.goto(f"{address}/datasets/penguins/try")
    assert page.inner_text("#result .big") == "5"
    page.get_by_label("mass").fill("6100")
    page.locator("#result .big", has_text="6100").wait_for()
    assert page.url.endswith("/datasets/penguins/try"), "it is the same page"


def test_a_file_that_is_refused_says_why_and_another_leads_on(page: Any, address: str) -> None:
    page.goto(f"{address}/upload")
    file = page.get_by_label("File")
    file.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
    assert page.inner_text("[data-note]") == "a.csv, 8 bytes"
    page.route("**/upload", lambda r: r.fulfill(status=413, body='{"message": "It is too large."}'))
    page.get_by_label("Data set").fill("a")
    page.get_by_role("button", name="Upload and look inside").click()
    page.get_by_text("It is too large.").wait_for()
    page.unroute("**/upload")
    page.route("**/upload", lambda route: route.continue_(method="GET"))
    with page.expect_navigation():
        page.get_by_role("button", name="Upload and look inside").click()
    assert page.inner_text("[data-note]") == "Choose a file, or drop it here.", "the answer's page"


def test_progress_is_asked_for_until_it_is_done(page: Any, address: str) -> None:
    answers = iter(["<p>half</p>", "<p data-done>over</p>"])
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(body=next(answers), content_type="text/html")

    def under_way(route: Any) -> None:
        shown = route.fetch()
        route.fulfill(response=shown, body=shown.text().replace("<span data-done></span>", ""))

    page.route("**/run/part", answer)
    page.route("**/datasets/demo/run", under_way)
    page.goto(f"{address}/datasets/demo/run")
    page.get_by_text("half", exact=True).wait_for()
    page.get_by_text("over", exact=True).wait_for()
    page.wait_for_timeout(2_500)  # it would ask again after two seconds
    assert len(asked) == 2
