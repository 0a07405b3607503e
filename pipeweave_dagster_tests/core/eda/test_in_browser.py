"""The report in a real browser: inert, readable on a phone, usable with the keyboard."""

import random

import pytest

from pipeweave_dagster.core.eda import build_report
from pipeweave_dagster_tests.core.columns.made import made

pytestmark = pytest.mark.browser
R = random.Random(0)
HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "[link](javascript:document.title='owned')",
    "=cmd|'/c calc'!A1",
    "\u202egnp.exe",
    "x" * 10_000,
]


@pytest.fixture(scope="module")
def page_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    columns = {name: [R.choice(HOSTILE) for _ in range(200)] for name in HOSTILE}
    columns |= {"number": [R.random() for _ in range(200)], "y": ["a", "b"] * 100}
    case = made(folder, columns, "y")
    build_report(HOSTILE[0], case.snapshot, case.schema, case.data, folder)
    return (folder / "report.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_hostile_text_is_inert_and_nothing_overflows(browser, page_url, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(page_url)
    assert "data report" in page.title()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("script, img").count() == 0
    assert said == []
    page.close()


def test_the_keyboard_reaches_the_report_and_opens_its_columns(browser, page_url):
    page = browser.new_page()
    page.goto(page_url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    summary = page.locator("details:has(.body) summary").first
    opened = page.locator("details:has(.body)").first.get_attribute("open")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details:has(.body)").first.get_attribute("open") != opened
    page.close()
