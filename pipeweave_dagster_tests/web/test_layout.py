"""The pages in a real browser: nothing overflows its panel, on a desktop and on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.state import Attempt, DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import (
    BatchHistory,
    BatchRecord,
    ColumnDrift,
    Estimate,
    Fairness,
    GroupRates,
    RefusedBatch,
    Segment,
    SplitGap,
)
from pipeweave_dagster.core.documents.assessment import Rate
from pipeweave_dagster.services.batch_history import change_history
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.factories.registry import Registry, register
from pipeweave_dagster_tests.servers.browser import keep_picture_of_failure
from pipeweave_dagster_tests.servers.served_pages import served

pytestmark = [pytest.mark.browser, pytest.mark.server]
LONG = "a_rather_long_name_of_a_column_or_of_a_candidate_" * 3

OVERFLOWING = """() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push('the page is wider than its window');
  for (const box of document.querySelectorAll('.panel, .scroll, .alarm, .line li')) {
    if (box.scrollWidth > box.clientWidth + 1)
      found.push(`${box.className} ${box.scrollWidth}: ${box.innerText.slice(0, 60)}`);
    const edge = box.getBoundingClientRect().right;
    for (const part of box.querySelectorAll('td, th, p, img, pre, .badge'))
      if (part.getBoundingClientRect().right > edge + 1)
        found.push(`${part.tagName}: ${part.innerText?.slice(0, 60)}`);
  }
  return found;
}"""
# A cell that is too narrow breaks its words, down to one letter per line.
BROKEN_WORDS = """() => {
  const found = [];
  for (const cell of document.querySelectorAll('td:not(.label), th')) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode())
      for (const word of text.data.matchAll(/[^\\s-]+/g)) {
        const inside = document.createRange();
        inside.setStart(text, word.index);
        inside.setEnd(text, word.index + word[0].length);
        if (new Set([...inside.getClientRects()].map(box => box.top)).size > 1)
          found.push(`${cell.dataset.name}: ${word[0]}`);
      }
  }
  return found;
}"""


# Panels beside each other that do not begin at one height; `test_accessibility` opens every page.
CROOKED = """() => {
  const found = [];
  for (const first of document.querySelectorAll('.two > .panel')) {
    const [one, two] = [first, first.nextElementSibling].map(e => e?.getBoundingClientRect());
    if (!two || two.left < one.right) continue;  // below it
    if (Math.abs(two.top - one.top) > 1) found.push(first.outerHTML);
  }
  return found;
}"""


GAP = SplitGap(
    kind="group", column="", metric="log_loss", random=0.0012345, honest=2345.678, gap=2345.6765,
    low=-1234.5678, high=3456.789, rows=6_000, significant=True,
)  # fmt: skip


@pytest.fixture
def address(home: Any) -> Iterator[str]:
    """A page with more and longer content than usual."""
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    crowd(store)
    with served(create_app(store, settings)) as address:
        yield address


def crowd(store: DocumentStore) -> None:
    """Register a champion with wide intervals and long names, and a challenger."""
    metrics = {
        name: Estimate(value=v, low=v / 1.2345, high=v * 1.2345)
        for name, v in {
            "roc_auc": 0.81234, "log_loss": 0.0001234, "balanced_accuracy": 0.71, "rmse": 123456.7,
        }.items()
    }  # fmt: skip
    rate = Rate(value=0.1234, low=0.0012345, high=0.2345678)
    group = GroupRates(group=LONG, rows=99_999, small=True, selection=rate)
    register(
        store,
        "1",
        0.8,
        metrics=metrics,
        baseline=metrics,
        structure=[GAP.model_copy(update={"used": used, "column": LONG}) for used in (True, False)],
        fairness=[Fairness(column=LONG, groups=[group])],
        segments=[
            Segment(column=LONG, values=LONG, rows=9_999, excess=123.4567, low=0.0012345,
                    high=2345.678)
        ],
    )  # fmt: skip
    register(store, "2", 0.6, "challenger")
    registry: Any = Registry(store)
    set_alias(registry, "demo", "1", "champion")
    set_alias(registry, "demo", "2", "challenger")
    error = {"code": "VALIDATION_ERROR", "message": f"Set `target: {LONG}` in pipeweave.yaml."}
    attempt = Attempt(run_id="r2", started_at=1.0, state="failed", error=error)
    store.save_attempt("demo", attempt)
    refused = RefusedBatch(batch=LONG, file=f"predict/demo/{LONG}.csv", at=1.7e9, reason=LONG)
    records = [batch(number) for number in range(8)]
    history = BatchHistory(batches=records, refused=[refused])
    change_history(store, "demo", lambda _: history)


def batch(number: int) -> BatchRecord:
    """Return one of several batches of a day, with wide intervals and long names."""
    score = Estimate(value=123456.7, low=0.0012345, high=2345678.9)
    drift = [ColumnDrift(name=LONG, score=0.3, threshold=0.1, drifted=True)] * (number % 2)
    return BatchRecord(
        batch=f"{'week-' * (1 + number % 2 * 20)}{number}",
        model_version=str(number),
        role="challenger" if number % 3 == 1 else "champion",
        scored_at=1.7e9 + number * 60,
        rows=1_234_567,
        predictions_key="predictions/demo/b/1.parquet",
        data_sha256="0",
        drift=drift,
        metric="roc_auc",
        estimated={"roc_auc": score},
        measured={"roc_auc": score},
        labelled=1_234_567,
    )


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """An empty page."""
    page = browser.new_page()
    yield page
    keep_picture_of_failure(page, request.node, tmp_path / "page.png", full_page=True)
    page.close()


@pytest.mark.parametrize("width", [400, 1000, 1100, 1600])
@pytest.mark.parametrize("path", ["/", "/datasets/demo"])
def test_nothing_overflows_its_panel(page: Any, address: str, width: int, path: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + path)
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate(BROKEN_WORDS) == []
