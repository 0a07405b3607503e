"""The report in a real browser: inert, readable on a phone, usable with the keyboard."""

import datetime as dt
import random

import pytest

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster_tests.factories import make_dataset

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


PROBLEMS = """() => {
  const found = [];
  const numbers = (color) => (color.match(/[0-9.]+/g) || []).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const seen = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 1;
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !seen(node) || node.closest('.skip')) continue;
    const style = getComputedStyle(node);
    const color = numbers(node.closest('svg') ? style.fill : style.color);
    const [a, b] = [light(color), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${node.textContent.slice(0, 30)}`);
  }
  for (const svg of document.querySelectorAll('svg'))
    if (svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label'))
      found.push('a picture without a name');
  const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]));
  if (levels.some((level, i) => i && level > levels[i - 1] + 1)) found.push('a skipped heading');
  for (const head of document.querySelectorAll('th'))
    if (!head.scope) found.push('a header cell without scope');
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  if (new Set(ids).size !== ids.length) found.push('an id twice');
  for (const link of document.querySelectorAll('a'))
    if (!link.textContent.trim() || !document.querySelector(link.getAttribute('href')))
      found.push('a link to nothing');
  for (const part of document.querySelectorAll('section'))
    if (!document.getElementById(part.getAttribute('aria-labelledby')))
      found.push('a section without a name');
  if (!document.documentElement.lang || !document.querySelector('main')) found.push('no language');
  return [...new Set(found)];
}"""
"""What an accessibility checker would call serious: contrast, names, headings, tables, links."""


@pytest.fixture(scope="module")
def page_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    columns = {name: [R.choice(HOSTILE) for _ in range(200)] for name in HOSTILE}
    columns |= {"number": [R.random() for _ in range(200)], "y": ["a", "b"] * 100}
    columns["day"] = [dt.date(2024, 1, 1) + dt.timedelta(days=i // 2) for i in range(200)]
    columns["gone"] = [None if R.random() < 0.3 else R.random() for _ in range(200)]
    case = make_dataset(folder, columns, "y")
    (folder / "old").mkdir()
    old = make_dataset(
        folder / "old", {**columns, "number": [R.random() + 1 for _ in range(200)]}, "y"
    )
    before = Version(snapshot=old.snapshot, meaning=old.schema, data=old.data)
    options = ReportOptions(previous=before, samples=3)
    build_report(HOSTILE[0], case.snapshot, case.schema, case.data, folder, options)
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
    assert page.evaluate(PROBLEMS) == []
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


def test_the_check_sees_what_is_wrong(browser, page_url):
    page = browser.new_page(color_scheme="light")
    page.goto(page_url)
    page.add_style_tag(content=":root{--soft:#aab}")
    page.evaluate("document.querySelector('svg').removeAttribute('aria-label')")
    found = page.evaluate(PROBLEMS)
    assert "a picture without a name" in found
    assert any(problem.startswith("contrast") for problem in found)
    page.close()
