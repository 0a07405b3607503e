"""What a person sees: an asset in Dagster, the data set's page, its report; and no foreign page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from pipeweave_dagster_tests.servers import graphql
from pipeweave_dagster_tests.servers.browser import keep_picture_of_failure
from pipeweave_dagster_tests.servers.foreign_page import foreign_page
from pipeweave_dagster_tests.servers.workbench import Dev

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("dev"),
    pytest.mark.timeout(600),
]
_PATIENCE_MS = 60_000


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A page that remembers what it asked other machines for, and what went wrong in it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.foreign = []
    page.on("request", lambda r: page.foreign.append(r.url) if _foreign(r.url) else None)
    page.set_default_timeout(_PATIENCE_MS)
    yield page
    keep_picture_of_failure(page, request.node, tmp_path / "page.png")
    page.close()


def _foreign(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


def test_asset_page_shows_scores(dev: Dev, penguins: dict[str, Any], page: Any) -> None:
    page.goto(f"{dev.dagster}/assets/model_evaluation?view=partitions&partition=penguins")
    page.get_by_text("Materialized", exact=True).first.wait_for()
    page.get_by_text("baseline (constant)").first.wait_for()
    assert page.get_by_text("champion").count()


def test_data_set_page_leads_to_its_report(dev: Dev, penguins: dict[str, Any], page: Any) -> None:
    page.goto(f"{dev.pages}/datasets/penguins")
    assert page.inner_text("h1").startswith("penguins")
    page.get_by_role("link", name="Data report").click()
    page.get_by_text("body_mass_g").first.wait_for()
    assert "/reports/" in page.url
    assert page.locator("svg").count() > 1
    assert not page.foreign


def test_report_has_no_power_over_the_site(dev: Dev, penguins: dict[str, Any], page: Any) -> None:
    page.goto(f"{dev.pages}/datasets/penguins")
    link = page.get_by_role("link", name="Data report").get_attribute("href")
    answer = page.request.get(f"{dev.pages}{link}")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_workbench_pages_ask_no_other_machine(
    dev: Dev, penguins: dict[str, Any], page: Any
) -> None:
    for path in ("/", "/datasets/penguins"):
        page.goto(dev.pages + path)
        page.wait_for_load_state("networkidle")
    assert not page.foreign


_STEAL = """mutation { addDynamicPartition(
  repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "pipeweave"},
  partitionsDefName: "datasets", partitionKey: "stolen") { __typename } }"""
_PARTITIONS = """{ assetNodeOrError(assetKey: {path: ["raw_upload"]}) {
  ... on AssetNode { partitionKeys } } }"""
_EXPERIMENTS = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=stolen"


@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.0.1"])
def test_a_foreign_page_can_change_and_read_nothing(dev: Dev, page: Any, host: str) -> None:
    with foreign_page(host, dev.dagster, dev.mlflow, _STEAL) as address:
        page.goto(address)
        page.wait_for_selector("body[data-done]")
    facts = page.evaluate("() => ({...document.body.dataset})")
    assert facts == {"socket": "closed", "done": "yes"}
    partitions = graphql.ask(dev.dagster, _PARTITIONS)["assetNodeOrError"]["partitionKeys"]
    assert "stolen" not in partitions
    with pytest.raises(HTTPError, match="404"):
        urlopen(dev.mlflow + _EXPERIMENTS)
