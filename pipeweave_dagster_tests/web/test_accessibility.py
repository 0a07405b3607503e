"""axe-core finds nothing serious on any page: light, dark, and on a phone, in one browser."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from pipeweave_dagster.core.prediction.what_if import ModelInput, RowPrediction
from pipeweave_dagster.web.work import try_pages
from pipeweave_dagster_tests.servers.full_workbench import PAGES, full_workbench, log_in
from pipeweave_dagster_tests.web.test_layout import CROOKED

pytestmark = [pytest.mark.browser, pytest.mark.server]

RUN = """async rules => {
  for (const more of document.querySelectorAll('details')) more.open = true;
  // The reference of the API repeats itself: its first operations stand for all.
  for (const more of [...document.querySelectorAll('main > *')].slice(60)) more.remove();
  const options = {resultTypes: ['violations']};
  if (rules) options.runOnly = {type: 'rule', values: rules};
  else options.rules = {'target-size': {enabled: true}};
  const {violations} = await axe.run(document, options);
  return violations.filter(found => ['serious', 'critical'].includes(found.impact))
    .map(found => `${found.id}: ${found.nodes.length} x ${found.nodes[0].html.slice(0, 200)}`);
}"""
# Colours differ in the dark, sizes and what scrolls on a phone; all else is the same.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
OF_SIZES = ["scrollable-region-focusable", "target-size"]
WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 390, "height": 800}


def test_no_page_has_a_serious_finding(browser, home, tmp_path, monkeypatch):
    # Without its model in a process of its own, which costs as much as half of the pages.
    inputs = [
        ModelInput(name="island", type="categorical", typical="Dream", choices=["Dream"]),
        ModelInput(name="mass", type="number", typical="5", low=1, high=9),
    ]
    prediction = RowPrediction(prediction="Adelie", probabilities={"Adelie": 0.7})
    monkeypatch.setattr(try_pages, "inputs_of", lambda *_: inputs)
    monkeypatch.setattr(try_pages, "try_row", lambda *_: prediction)
    found = {}
    with full_workbench(tmp_path) as address:
        context = browser.new_context(viewport=WIDE, bypass_csp=True)
        page = context.new_page()
        page.goto(f"{address}/login")
        found |= findings_of(page, "/login")
        log_in(page, address)
        for path in PAGES:
            page.goto(address + path)
            found |= findings_of(page, path)
            found[f"{path} is crooked"] = [html[:200] for html in page.evaluate(CROOKED)]
        context.close()
    serious = [f"{where}: {what}" for where, texts in found.items() for what in texts]
    assert serious == []


def findings_of(page: Any, path: str) -> dict[str, list[str]]:
    """What axe finds on the open page, for each way to look at it."""
    page.evaluate(AXE_SCRIPT)
    found = {path: page.evaluate(RUN)}
    page.emulate_media(color_scheme="dark")
    found[f"{path} in the dark"] = page.evaluate(RUN, OF_COLOURS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    found[f"{path} on a phone"] = page.evaluate(RUN, OF_SIZES)
    page.set_viewport_size(WIDE)
    return found
